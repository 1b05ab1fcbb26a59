# `make report` and `make test` are all one needs; `make help` lists the rest. Works with GNU make 3.81 and newer.
BIN := .venv/bin
PERIOD = $$($(BIN)/python -c "from ppp_metrics.periods import latest_full_quarter, today; print(latest_full_quarter(today()))")

.DEFAULT_GOAL := help
.PHONY: help report test check lab bench gallery generated lock clean

help: ## what there is to make
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

# One stamp: the environment is made again when the lock or the package's own description changes.
.venv/made: requirements.lock pyproject.toml
	@sh tools/make_venv.sh

report: .venv/made ## the demo network's reports of the latest full quarter, in reports/coordinator/
	@$(BIN)/ppp-metrics load data/demo
	@echo "The demo's stories are made up, and read by its makers:"
	@$(BIN)/ppp-metrics stories review --approve-all
	@$(BIN)/ppp-metrics report --period $(PERIOD) --region NL,NL11 --lang all
	@echo "All provinces: $(BIN)/ppp-metrics report --period $(PERIOD) --region all --lang all"

test: check ## the whole gate: make check, then every test, the browser's too
	@$(BIN)/python tools/system_packages.py
	@$(BIN)/pytest -q -n auto --dist loadfile --no-loadscope-reorder

check: .venv/made ## the quick part of the gate: lint, format, types, generated files, the project's laws
	@echo "Lint";            $(BIN)/ruff check --quiet .
	@echo "Format";          $(BIN)/ruff format --quiet --check . || { $(BIN)/ruff format --check . ; exit 1; }
	@echo "Types";           $(BIN)/mypy --no-error-summary
	@echo "Generated files"; $(BIN)/python tools/generated.py --check
	@echo "Project laws";    $(BIN)/pytest -q --no-header tests/test_project.py

lab: .venv/made ## JupyterLab on the demo workspace
	@$(BIN)/ppp-metrics lab

bench: .venv/made ## speed and memory, as ratios of the same run; how often intervals hold
	@for name in start_up load_issues compute_issues check_issues make_reports coverage; do $(BIN)/python -m benchmarks.$$name || exit 1; done

gallery: report ## remakes the README's pictures from the demo's reports
	@$(BIN)/python tools/system_packages.py
	@$(BIN)/python tools/make_gallery.py

generated: .venv/made ## remakes the files that are made from other files
	@$(BIN)/python tools/generated.py

lock: ## remakes requirements.lock from pyproject.toml; UPGRADE=1 takes the newest of everything
	@UPGRADE=$(UPGRADE) sh tools/lock.sh

clean: ## removes what make made; what a workspace holds (database, key) stays
	@rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis reports
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

"""What every report needs, imported once: the fork server imports this module, and its forks begin with all of it.

Nothing here may leave a thread running or a file open, for neither lives on in a fork.
"""

import os
from contextlib import suppress
from datetime import date
from importlib import import_module

from ppp_metrics.language import LANGUAGES, catalogue, format_date, format_number
from ppp_metrics.metrics.relations import view_columns
from ppp_metrics.reporting.drawing import altair
from ppp_metrics.reporting.templates import templates

# a report's matrices are small: more threads would wait for each other, and each fork would start them anew
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# first, since it imports what the others share without what nobody needs of it
altair()
# pydevd, which ipykernel brings along, warns of frozen modules in every kernel
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
for name in (
    "duckdb",
    "ipykernel.debugger",
    "ipykernel.kernelapp",
    "nbconvert.exporters.templateexporter",
    "pandas",
    # each fork runs the script of its parent, which is this command's
    "ppp_metrics.cli",
    "ppp_metrics.metrics.compute",
    "ppp_metrics.metrics.differences",
    "ppp_metrics.metrics.restatement",
    "ppp_metrics.metrics.shrinkage",
    "ppp_metrics.metrics.standardisation",
    "ppp_metrics.metrics.stories",
    "ppp_metrics.metrics.survival",
    "ppp_metrics.metrics.themes",
    "ppp_metrics.records.checks",
    "ppp_metrics.reporting.computed",
    "ppp_metrics.reporting.dashboard",
    "ppp_metrics.reporting.html",
    "scipy.optimize",
    "scipy.sparse",
    "scipy.special",
    "statsmodels.genmod.families",
    "statsmodels.genmod.generalized_linear_model",
):
    import_module(name)

# what other libraries would import only in the fork; where they no longer do, nothing is lost
for name in (
    "IPython.core.oinspect",
    "psutil",
    "tornado.platform.asyncio",
):
    with suppress(ImportError):
        import_module(name)

view_columns()
for lang in LANGUAGES:
    catalogue(lang)
    format_number(0.5, lang, 1)
    format_date(date.min, lang)
    for template in templates(lang).list_templates(["j2"]):
        templates(lang).get_template(template)

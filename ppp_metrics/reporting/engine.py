"""Papermill's engine for reports: of a kernel that dies or takes too long, the notebook is kept as far as it came."""

from __future__ import annotations

import logging
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines

ENGINE = "ppp-metrics"
"""The name under which Papermill knows the engine below."""


class KeepingEngine(NBClientEngine):
    """Runs notebooks as Papermill's own engine does, which writes nothing when a cell neither ends nor fails."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, *, kept_in: str, **arguments: Any
    ) -> None:
        """Run the cells; what a dead or slow kernel showed goes into the file `kept_in`."""
        try:
            super().execute_managed_notebook(nb_man, kernel_name, **arguments)
        except (DeadKernelError, CellTimeoutError):
            # Papermill saves there what it has, whatever ended the run
            nb_man.output_path = kept_in
            raise


# what stops a report is told once, with the report
logging.getLogger("papermill").addHandler(logging.NullHandler())
papermill_engines.register(ENGINE, KeepingEngine)

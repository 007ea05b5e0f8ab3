"""What a recipe asks of tables."""

from augcli.tabular.config import TableDatasetSettings, TableOutputSettings
from augcli.tabular.methods.base import Method
from augcli.tabular.transform import RowTransform
from augcli.task import Job

TableJob = Job[RowTransform, TableDatasetSettings, TableOutputSettings, Method]

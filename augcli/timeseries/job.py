"""What a recipe asks of time series."""

from augcli.settings.balance import Balance
from augcli.task import Job
from augcli.timeseries.config import SeriesDatasetSettings, SeriesOutputSettings
from augcli.timeseries.transform import SeriesTransform

SeriesJob = Job[SeriesTransform, SeriesDatasetSettings, SeriesOutputSettings, Balance]

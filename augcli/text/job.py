"""What a recipe asks of texts."""

from augcli.settings.balance import Balance
from augcli.task import Job
from augcli.text.config import TextDatasetSettings, TextOutputSettings
from augcli.text.transform import TextTransform

TextJob = Job[TextTransform, TextDatasetSettings, TextOutputSettings, Balance]

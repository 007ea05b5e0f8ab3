"""What a recipe asks of pictures."""

from augcli.image.config import ImageDatasetSettings, ImageOutputSettings
from augcli.image.transform import ImageTransform
from augcli.settings.balance import ObjectBalance
from augcli.task import Job

ImageJob = Job[ImageTransform, ImageDatasetSettings, ImageOutputSettings, ObjectBalance]

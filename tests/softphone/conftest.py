from tests.webhooks.conftest import phone

__all__ = ["phone"]

"""Turning a template and variables into the texts of a message."""

from interaction_service.delivery.rendering.checking import Fault, faults, required
from interaction_service.delivery.rendering.filling import RenderingError, fill
from interaction_service.delivery.rendering.pages import Rendered, finished

__all__ = ["Fault", "Rendered", "RenderingError", "faults", "fill", "finished", "required"]

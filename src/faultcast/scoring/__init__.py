"""The one scoring path: an exported model and its manifest, for evaluation, gate and serving."""

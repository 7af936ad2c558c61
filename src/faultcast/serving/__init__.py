"""The REST API: forecasts over HTTP from exported models and their manifests."""

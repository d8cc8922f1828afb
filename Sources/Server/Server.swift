// Routes, sign-in, tracking API, JSON API.

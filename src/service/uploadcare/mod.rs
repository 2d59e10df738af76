//! Uploadcare, REST API v0.7.

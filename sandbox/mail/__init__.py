"""A stand-in mail server: takes mail by SMTP, delivers none, and shows what it took."""

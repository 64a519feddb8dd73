-- A volunteer's week as a feed: whoever has the address reads it, so only its hash is kept.

CREATE TABLE calendar_feeds (
    person_id {int} PRIMARY KEY REFERENCES people (id),
    token_hash {bytes} NOT NULL UNIQUE,
    created_at {int} NOT NULL
){strict};

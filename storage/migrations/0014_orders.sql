-- Orders that come again every week, who may order for whom, and the receipt of what was bought.

CREATE TABLE repeats (
    id {id},
    person_id {int} NOT NULL REFERENCES people (id),
    ordered_by {int} NOT NULL REFERENCES people (id),
    service TEXT NOT NULL,
    words {bytes},
    wanted_id {int} REFERENCES people (id),
    weekday {int} NOT NULL CONSTRAINT repeats_weekday CHECK (weekday BETWEEN 0 AND 6),
    minute {int} NOT NULL CONSTRAINT repeats_minute CHECK (minute BETWEEN 0 AND 1439),
    next_at {int} NOT NULL,
    ended_at {int}
){strict};
CREATE INDEX repeats_person ON repeats (person_id) WHERE ended_at IS NULL;
ALTER TABLE orders ADD COLUMN repeat_id {int} REFERENCES repeats (id);
ALTER TABLE orders ADD COLUMN receipt TEXT;

CREATE TABLE proxies (
    id {id},
    person_id {int} NOT NULL REFERENCES people (id),
    proxy_id {int} NOT NULL REFERENCES people (id),
    state TEXT NOT NULL,
    at {int} NOT NULL,
    CONSTRAINT proxies_once UNIQUE (person_id, proxy_id)
){strict};
CREATE INDEX proxies_proxy ON proxies (proxy_id);

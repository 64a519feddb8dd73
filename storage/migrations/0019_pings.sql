-- What is held back while somebody rests waits as 'held'; what a digest has told together is 'merged'.
-- asks: what an item of a digest could be pressed for when it was told (a keyed digest); '' once it has waited and goes
-- out by itself.

ALTER TABLE outbox ADD COLUMN asks TEXT;
CREATE INDEX outbox_held ON outbox (person_id) WHERE state IN ('held', 'merged');
CREATE INDEX outbox_held_card ON outbox (card_id) WHERE state IN ('held', 'merged');

-- When a group was last told how something is done: whoever taps commands there does not fill it with answers.

ALTER TABLE groups ADD COLUMN hinted_at {int};

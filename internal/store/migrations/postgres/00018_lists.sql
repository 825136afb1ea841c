-- The lists of stories on a topic and of an author, read by when each story was first published.

-- +goose Up

-- As the story has it: NULL only where none of its revisions is live.
ALTER TABLE topic ADD COLUMN published BIGINT;
ALTER TABLE byline ADD COLUMN published BIGINT;
UPDATE topic SET published = (SELECT s.published FROM story s WHERE s.id = topic.story);
UPDATE byline SET published = (SELECT s.published FROM story s WHERE s.id = byline.story);
CREATE INDEX topic_published ON topic (topic, published);
CREATE INDEX byline_published ON byline (name, published);

DROP VIEW about;
CREATE VIEW about AS
SELECT t.topic, t.story, t.published FROM topic t JOIN story s ON s.id = t.story WHERE s.state = 'published';

DROP VIEW signed;
CREATE VIEW signed AS
SELECT b.name, b.story, b.published FROM byline b JOIN story s ON s.id = b.story WHERE s.state = 'published';

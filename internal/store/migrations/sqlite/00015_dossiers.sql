-- Dossiers: what happened, who says what, and where it may lead, across many stories.

-- +goose Up

-- Every state that a dossier ever had. The content is JSON.
CREATE TABLE dossier_revision (
    dossier TEXT NOT NULL,
    n       INTEGER NOT NULL,
    content TEXT NOT NULL,
    author  TEXT NOT NULL,
    person  TEXT NOT NULL,
    reason  TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (dossier, n)
) STRICT;

-- What was published of them, and withdrawn: revision 0. Figures and pins are JSON.
CREATE TABLE dossier_step (
    dossier  TEXT NOT NULL,
    n        INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    by       TEXT NOT NULL,
    person   TEXT NOT NULL,
    reason   TEXT NOT NULL,
    at       INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    text     TEXT NOT NULL,
    figures  TEXT NOT NULL,
    pins     TEXT NOT NULL,
    PRIMARY KEY (dossier, n)
) STRICT;

-- What readers may see: the revision of the last step, the steps to it, and where something stood.
CREATE VIEW open_dossier AS
SELECT s.dossier, s.revision, s.at AS updated, s.pins, r.content
FROM dossier_step s JOIN dossier_revision r ON r.dossier = s.dossier AND r.n = s.revision
WHERE s.n = (SELECT max(l.n) FROM dossier_step l WHERE l.dossier = s.dossier);

CREATE VIEW dossier_notice AS
SELECT s.dossier, s.n, s.revision, s.at, s.kind, s.text, s.figures
FROM dossier_step s JOIN open_dossier o ON o.dossier = s.dossier;

CREATE VIEW dossier_withdrawal AS
SELECT s.dossier, s.at, s.text
FROM dossier_step s
WHERE s.revision = 0 AND s.n = (SELECT max(l.n) FROM dossier_step l WHERE l.dossier = s.dossier);

-- The same users as the first schema had them, with a row in users for each.
-- The keys are wrapped under the worked example's KEK of docs/FORMATS.md. Tokens of the texts sk-NAME:
--   alice: v2:6AphPfWLj2XNIVBHhwMh7aI7i1uWYnluS_tnLuv6OyUkQHoZ
--   bob: v2:057UHmui8eYaYCUpQoMC92nWXRhjL3CE-cZS77cdJ071Rg==
--   carol: v2:JrYdI6lJrWXT8KX3uj9WzocgrFRLJBuJlK5d-4edNPgJ9tc-
--   dave: v2:-gltPBTdqp9q_yOjhApxvEa2Qq1tHHzxfNa6hu9ElzjIS4E=
--   erin: v2:BOAGISNmNX8np0UMBmSrC4LtGEcndgEd_D_Zh4s1qGXivWc=
PRAGMA application_id=1262836055;
PRAGMA journal_mode=WAL;
BEGIN;
CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;
CREATE TABLE users (
  user_id TEXT NOT NULL PRIMARY KEY,
  primary_version INTEGER NOT NULL,
  min_version INTEGER NOT NULL DEFAULT 0,
  state INTEGER NOT NULL,
  etag INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;
CREATE TABLE user_keys (
  user_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  kek_id BLOB NOT NULL,
  wrap_format INTEGER NOT NULL,
  wrapped_key BLOB NOT NULL,
  state INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, version)
) STRICT, WITHOUT ROWID;
INSERT INTO schema_version VALUES (1, 'users and their keys', 1795666689434451);
INSERT INTO user_keys VALUES ('alice', 1, x'f37b81e55fd85701', 2, x'2243c24899ee711a39d5198cab5e98ff921222e6422b66f7c73608483c5761b5e6d3d3a3697bba8870ac986663d7b44a740eae7250ec7fac3203e40e', 1, 1795666689684731);
INSERT INTO user_keys VALUES ('bob', 1, x'f37b81e55fd85701', 2, x'd68f26d796075f66dc35666a633b35e33845a6200902a5e6b902f2e9809f6864b103486bbff2f34103ee2430eb4efdf5caea4454852d4c02298b2007', 1, 1795666689902966);
INSERT INTO user_keys VALUES ('carol', 1, x'f37b81e55fd85701', 2, x'e662d3deafde9a624e72f0cea001645c6464c27aba3b9c76c3897cb1c0c9efc7a49d840d1cf2c74220826c84f28f1e23456c9540e547f85d126de8be', 1, 1795666690005691);
INSERT INTO user_keys VALUES ('dave', 1, x'f37b81e55fd85701', 2, x'95a94079749b2f7c08b0c785224d948150e381790ae1359c7a184bad470e41ce21678600e513b799a581374feab3fbb40d336db607b3be2865ddc01e', 1, 1795666690146450);
INSERT INTO user_keys VALUES ('erin', 1, x'', 2, x'', 3, 1795666690334346);
INSERT INTO users (user_id, primary_version, min_version, state, etag) VALUES ('alice', 1, 0, 1, 1);
INSERT INTO users (user_id, primary_version, min_version, state, etag) VALUES ('bob', 1, 0, 2, 1);
INSERT INTO users (user_id, primary_version, min_version, state, etag) VALUES ('carol', 1, 1, 1, 7);
INSERT INTO users (user_id, primary_version, min_version, state, etag) VALUES ('dave', 1, 0, 3, 1);
INSERT INTO users (user_id, primary_version, min_version, state, etag) VALUES ('erin', 1, 0, 4, 1);
COMMIT;

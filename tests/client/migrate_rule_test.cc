#include "client/cli/migrate_rule.h"

#include <gtest/gtest.h>

#include <string>

#include "client/cli/migrate_rules_file.h"

namespace keyward::cli {
namespace {

using Texts = std::vector<std::string>;

TEST(MigrationRuleTest, ALineNamesTypePatternFieldsAndPaths) {
  const auto rule = ParseRule("  hash  app:{user_id}:* field=a  field=b json=/k json=x.y ");
  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_EQ(rule->kind, RuleKind::kHash);
  EXPECT_EQ(rule->name, "hash app:{user_id}:*");
  EXPECT_FALSE(rule->pool);
  EXPECT_EQ(rule->fields, (Texts{"a", "b"}));
  ASSERT_EQ(rule->paths.size(), 2u);
  EXPECT_EQ(rule->paths[1].steps(), (Texts{"x", "y"}));
}

TEST(MigrationRuleTest, PoolValuesHaveNoUser) {
  EXPECT_TRUE(ParseRule("string app:{name} pool")->pool);
  const auto pool = ParseRule("pool_hash app:{service}");
  EXPECT_TRUE(pool->pool);
  EXPECT_EQ(pool->paths, std::vector{*JsonPath::Parse("api_key")});
  EXPECT_EQ(ParseRule("pool_hash app:* json=/k/v")->paths, std::vector{*JsonPath::Parse("k.v")});
}

TEST(MigrationRuleTest, WhatMakesNoSenseIsRefused) {
  for (const char* text :
       {"", "hash", "list app:{user_id}", "string app:{user_id", "string app:x",
        "string app:{user_id} pool", "string app:* pool pool", "pool_hash app:* pool",
        "pool_hash app:{user_id}", "string app:{user_id} field=a", "pool_hash app:* field=a",
        "pool_hash app:* json=a json=b", "hash app:{user_id} field=a field=a",
        "string app:{user_id} json=a json=/a",
        "string app:{user_id} json=", "hash app:{user_id} x"}) {
    EXPECT_FALSE(ParseRule(text).ok()) << text;
  }
}

TEST(MigrationRuleTest, ThePresetIsTheBotsKeys) {
  const auto rules = PresetRules("stargazer");
  ASSERT_TRUE(rules.ok());
  ASSERT_EQ(rules->size(), 4u);
  EXPECT_EQ((*rules)[1].fields, Texts{"api_key"});
  EXPECT_EQ((*rules)[1].pattern.Match("stargazer:user_llm:7:openai:main")->user_id, "7");
  EXPECT_EQ((*rules)[3].kind, RuleKind::kPoolHash);
  EXPECT_FALSE(PresetRules("Stargazer").ok());
}

TEST(RulesFileTest, ItSaysWhatLinesSay) {
  const auto rules = ParseRulesFile(R"({"rules": [
      {"type": "hash", "pattern": "a b:{user_id}", "fields": ["x", "y z"], "json": ["/k"]},
      {"type": "string", "pattern": "p:*", "scope": "pool"}, {"type": "pool_hash", "pattern": "q:*"}]})");
  ASSERT_TRUE(rules.ok()) << rules.status();
  ASSERT_EQ(rules->size(), 3u);
  EXPECT_EQ((*rules)[0].fields, (Texts{"x", "y z"}));
  EXPECT_EQ((*rules)[0].pattern.Match("a b:u")->user_id, "u");
  EXPECT_TRUE((*rules)[1].pool);
}

TEST(RulesFileTest, AMistakeInANameIsNotPassedOver) {
  for (const char* text :
       {"", "[]", "{}", R"({"rules":{}})", R"({"rules":[1]})", R"({"rules":[],"more":1})",
        R"({"rules":[{"type":"string"}]})", R"({"rules":[{"type":"string","pattern":7}]})",
        R"({"rules":[{"type":"string","pattern":"a:{user_id}","field":["x"]}]})",
        R"({"rules":[{"type":"hash","pattern":"a:{user_id}","fields":"x"}]})",
        R"({"rules":[{"type":"hash","pattern":"a:{user_id}","fields":[]}]})",
        R"({"rules":[{"type":"hash","pattern":"a:{user_id}","fields":[1]}]})",
        R"({"rules":[{"type":"hash","pattern":"a:{user_id}","scope":"users"}]})",
        R"({"rules":[{"type":"hash","type":"string","pattern":"a:{user_id}"}]})"}) {
    EXPECT_FALSE(ParseRulesFile(text).ok()) << text;
  }
}

}  // namespace
}  // namespace keyward::cli

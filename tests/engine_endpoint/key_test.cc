#include "engine/endpoint/key.h"

#include <gtest/gtest.h>

#include "tests/engine_endpoint/asking.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

class KeyTest : public testing::Test {
 protected:
  void write(const std::string& name, std::string_view text, fs::perms perms = fs::perms::owner_read) const {
    ASSERT_TRUE(write_atomically(system_files(), folder_.path() / name, text).ok());
    fs::permissions(folder_.path() / name, perms);
  }
  Result<Secret> read(const std::vector<std::string>& variables = {"FIRST_KEY", "SECOND_KEY"}) const {
    return read_key(system_files(), variables, folder_.path(), "profile");
  }

  TemporaryFolder folder_;
  ScopedEnvironment environment_{{"FIRST_KEY", ""}, {"SECOND_KEY", ""}};
};

TEST_F(KeyTest, StandsInAFileThatOnlyItsOwnerReads) {
  write("SECOND_KEY", "  sk-file\n", fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(read()->reveal(), "sk-file");
}

TEST_F(KeyTest, AVariableGoesBeforeAnyFile) {
  write("FIRST_KEY", "sk-file");
  const ScopedEnvironment set{{"SECOND_KEY", "sk-variable"}};
  EXPECT_EQ(read()->reveal(), "sk-variable");
}

TEST_F(KeyTest, AFileThatOthersMayReadIsRefusedUnread) {
  for (const auto perms :
       {fs::perms::group_read, fs::perms::others_read, fs::perms::others_write, fs::perms::group_exec}) {
    write("FIRST_KEY", "sk-file", fs::perms::owner_read | perms);
    const auto key = read();
    ASSERT_FALSE(key.ok());
    EXPECT_EQ(key.error().code, ErrorCode::authentication);
    EXPECT_EQ(key.error().sentence().find("sk-file"), std::string::npos);
    EXPECT_NE(key.error().mend.find("chmod 600"), std::string::npos);
    fs::remove(folder_.path() / "FIRST_KEY");
  }
}

TEST_F(KeyTest, AFolderInItsPlaceIsRefused) {
  fs::create_directory(folder_.path() / "FIRST_KEY");
  fs::permissions(folder_.path() / "FIRST_KEY", fs::perms::owner_all);
  EXPECT_EQ(read().error().code, ErrorCode::authentication);
}

TEST_F(KeyTest, WhatCannotBeAKeyIsRefusedUnseen) {
  write("FIRST_KEY", "two words");
  const auto key = read();
  ASSERT_FALSE(key.ok());
  EXPECT_EQ(key.error().sentence().find("two"), std::string::npos);
}

TEST_F(KeyTest, WithoutOneItSaysWhereItMayBe) {
  write("FIRST_KEY", "\n");  // blank: none
  const auto key = read();
  ASSERT_FALSE(key.ok());
  EXPECT_NE(key.error().why.find("$FIRST_KEY or $SECOND_KEY"), std::string::npos);
  EXPECT_NE(key.error().mend.find((folder_.path() / "FIRST_KEY").string()), std::string::npos);
  EXPECT_TRUE(read({})->empty()) << "a profile without variables needs none";
}

using KeyFileTest = AskingTest;

TEST_F(KeyFileTest, IsSentByTheEndpoint) {
  TemporaryFolder config;
  const ScopedEnvironment set{{"META_AI_API_KEY", ""}, {"XDG_CONFIG_HOME", config.path().string()}};
  const fs::path path = config.path() / "kindling" / "keys" / "META_AI_API_KEY";
  fs::create_directories(path.parent_path());
  ASSERT_TRUE(write_atomically(system_files(), path, "sk-from-a-file").ok());
  fs::permissions(path, fs::perms::owner_read);
  ASSERT_TRUE(ask().ok());
  EXPECT_EQ(server_.requests().at(0).header("authorization"), "Bearer sk-from-a-file");
}

}  // namespace
}  // namespace kindling

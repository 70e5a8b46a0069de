#include "engine/media/media.h"

#include <gtest/gtest.h>

#include <random>

#include "engine/endpoint/chat_request.h"
#include "engine/media/media_header.h"
#include "engine/pack/request_count.h"
#include "tokenizer/estimator.h"

namespace kindling {
namespace {

std::string big(std::uint32_t value, std::size_t size) {
  std::string out;
  for (std::size_t i = size; i-- > 0;) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

std::string little(std::uint32_t value, std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

std::string png(std::uint32_t width, std::uint32_t height) {
  return "\x89PNG\r\n\x1a\n" + big(13, 4) + "IHDR" + big(width, 4) + big(height, 4) + std::string(5, '\0') +
         "crc.";
}

std::string gif(std::uint32_t width, std::uint32_t height) {
  return "GIF89a" + little(width, 2) + little(height, 2) + "...";
}

// A marker segment of some text, then fill bytes, then the frame.
std::string jpeg(std::uint32_t width, std::uint32_t height) {
  return "\xff\xd8\xff\xe0" + big(16, 2) + "JFIF..........\xff\xff\xff\xc2" + big(17, 2) + "\x08" +
         big(height, 2) + big(width, 2) + "\x03rest";
}

std::string webp(const std::string& chunk, const std::string& body) {
  return "RIFF" + little(static_cast<std::uint32_t>(body.size() + 12), 4) + "WEBP" + chunk +
         little(static_cast<std::uint32_t>(body.size()), 4) + body;
}

std::string wav(std::uint32_t rate, std::uint32_t bytes, std::uint32_t said) {
  return "RIFF" + little(0, 4) + "WAVE" + "LIST" + little(3, 4) + "abc" + std::string(1, '\0') + "fmt " +
         little(16, 4) + little(1, 2) + little(1, 2) + little(rate, 4) + little(rate * 2, 4) + little(2, 2) +
         little(16, 2) + "data" + little(said, 4) + std::string(bytes, '\1');
}

// MPEG-1 layer III, 128 kbit/s, 44,100 Hz: 417 bytes and 1,152 samples a frame.
std::string mp3(std::size_t frames, const std::string& before = {}) {
  std::string out = before;
  for (std::size_t i = 0; i < frames; ++i) out += std::string("\xff\xfb\x90\x00", 4) + std::string(413, '\x55');
  return out;
}

TEST(MediaHeader, ReadsTheSizeOfEachImageFormat) {
  const std::string vp8 =
      std::string("\x30\x01\x00", 3) + "\x9d\x01\x2a" + little(640, 2) + little(480 | 1u << 14, 2);
  const std::string vp8l = "\x2f" + little((1024 - 1) | (768 - 1) << 14, 4);
  const std::string vp8x = std::string(4, '\0') + little(3000 - 1, 3) + little(2000 - 1, 3);
  const std::tuple<std::string, std::string, std::uint32_t, std::uint32_t> images[] = {
      {png(1920, 1080), "png", 1920, 1080},    {gif(320, 200), "gif", 320, 200},
      {jpeg(4032, 3024), "jpeg", 4032, 3024},  {webp("VP8 ", vp8), "webp", 640, 480},
      {webp("VP8L", vp8l), "webp", 1024, 768}, {webp("VP8X", vp8x), "webp", 3000, 2000},
  };
  for (const auto& [bytes, format, width, height] : images) {
    const auto header = read_image_header(bytes);
    ASSERT_TRUE(header.ok()) << format << header.error().sentence();
    EXPECT_EQ(header->format, format);
    EXPECT_EQ(header->width, width) << format;
    EXPECT_EQ(header->height, height) << format;
  }
}

TEST(MediaHeader, AnImageThatIsNotOneIsOneClearError) {
  const auto text = read_medium("figure.png", "%PDF-1.7 and so on", MediumKind::image);
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(
      text.error().sentence(),
      "figure.png: is not a picture: it begins like none of PNG, JPEG, WebP and GIF; give a picture in one of "
      "these formats");
  EXPECT_FALSE(read_medium("x.png", "", MediumKind::image).ok());
  EXPECT_FALSE(read_medium("x.png", png(0, 10), MediumKind::image).ok());
  EXPECT_FALSE(read_medium("x.png", png(4'000'000'000, 10), MediumKind::image).ok());
  EXPECT_FALSE(read_medium("x.wav", png(10, 10), MediumKind::audio).ok());
  EXPECT_FALSE(read_medium("x.png", wav(8000, 100, 100), MediumKind::image).ok());
}

TEST(MediaHeader, EveryCutIsAnErrorOrTheSameSize) {
  for (const std::string& whole : {png(64, 48), gif(64, 48), jpeg(64, 48),
                                   webp("VP8X", std::string(4, '\0') + little(63, 3) + little(47, 3))}) {
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      const auto header = read_image_header(whole.substr(0, size));
      EXPECT_TRUE(!header.ok() || header->width * 100 + header->height == 6448u) << size;
    }
    EXPECT_TRUE(read_image_header(whole).ok());
  }
}

TEST(MediaHeader, ReadsHowLongARecordingLasts) {
  EXPECT_DOUBLE_EQ(read_audio_header(wav(16'000, 64'000, 64'000))->seconds, 2);
  EXPECT_DOUBLE_EQ(read_audio_header(wav(16'000, 64'000, 0xffffffff))->seconds, 2);  // from a pipe
  EXPECT_DOUBLE_EQ(read_audio_header(wav(16'000, 64'000, 0))->seconds, 2);
  EXPECT_NEAR(read_audio_header(mp3(100))->seconds, 100 * 1152 / 44100., 1e-9);
  const std::string tag = std::string("ID3\x04\x00\x00\x00\x00\x01\x00", 10) + std::string(128, 'x');
  EXPECT_NEAR(read_audio_header(mp3(50, tag))->seconds, 50 * 1152 / 44100., 1e-9);
  EXPECT_NEAR(read_audio_header(mp3(50, "strange") + "TAG and more")->seconds, 50 * 1152 / 44100., 1e-9);
  EXPECT_FALSE(read_audio_header("a text that is no recording").ok());
  EXPECT_FALSE(read_audio_header(wav(0, 100, 100)).ok());
  EXPECT_FALSE(read_audio_header(std::string("ID3\x04\x00\x00\x7f\x7f\x7f\x7f", 10)).ok());
}

TEST(MediaHeader, HostileBytesCostAnErrorAtMost) {
  std::mt19937 random(5);
  const std::string beginnings[] = {png(9, 9),    gif(9, 9), jpeg(9, 9), webp("VP8L", "\x2f...."),
                                    wav(9, 9, 9), mp3(3),    ""};
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = beginnings[random() % std::size(beginnings)];
    for (std::size_t n = random() % 20; n > 0; --n) bytes.push_back(static_cast<char>(random()));
    for (std::size_t n = random() % 6; n > 0 && !bytes.empty(); --n)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto image = read_image_header(bytes);
    ASSERT_TRUE(!image.ok() || (image->width > 0 && image->height > 0));
    const auto audio = read_audio_header(bytes);
    ASSERT_TRUE(!audio.ok() || audio->seconds > 0);
  }
  EXPECT_FALSE(read_audio_header(std::string(8u << 20, '\xff')).ok());
  EXPECT_FALSE(read_image_header("\xff\xd8" + std::string(8u << 20, '\xff')).ok());
}

std::uint64_t image_tokens(std::string_view profile, std::uint32_t width, std::uint32_t height) {
  return medium_tokens(find_profile(profile).value(),
                       read_medium("x", png(width, height), MediumKind::image).value());
}

TEST(MediaTokens, FollowTheProfilesFormula) {
  EXPECT_EQ(image_tokens("muse-spark", 28, 28), 3u);  // one patch, begin and end
  EXPECT_EQ(image_tokens("muse-spark", 29, 28), 4u);
  EXPECT_EQ(image_tokens("muse-spark", 1, 1), 3u);
  EXPECT_EQ(image_tokens("muse-spark", 10'000, 10'000), 4'098u);
  EXPECT_EQ(image_tokens("gpt-5.4", 512, 512), 85u + 170u);
  EXPECT_EQ(image_tokens("gpt-5.4", 1024, 1024), 85u + 4 * 170u);  // short side to 768: two by two tiles
  EXPECT_EQ(image_tokens("gpt-5.4", 2048, 4096), 85u + 6 * 170u);  // 768 x 1536
  EXPECT_EQ(image_tokens("claude-opus-4.6", 1000, 750), 1'000u);
  EXPECT_EQ(image_tokens("gemini-3.1-pro", 769, 768), 2 * 258u);
  const Medium sound = read_medium("x", wav(16'000, 320'000, 320'000), MediumKind::audio).value();  // 10 s
  EXPECT_EQ(medium_tokens(find_profile("muse-spark").value(), sound), 127u);
  EXPECT_EQ(medium_tokens(find_profile("gemini-3.1-pro").value(), sound), 320u);
}

TEST(MediaTokens, WithoutAFormulaAreTheBytesSent) {
  ModelProfile profile = find_profile("muse-spark").value();
  profile.media = Json::object();
  const std::string bytes = png(28, 28);
  EXPECT_EQ(medium_tokens(profile, read_medium("x", bytes, MediumKind::image).value()), base64(bytes).size());
}

TEST(Media, AreRefusedWhereTheModelTakesNone) {
  const std::vector<Medium> sound = {
      read_medium("talk.wav", wav(8'000, 16'000, 16'000), MediumKind::audio).value()};
  const Status refused = check_media(find_profile("gpt-5.4").value(), sound);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::usage);
  EXPECT_EQ(refused.error().where, "talk.wav");
  EXPECT_NE(refused.error().mend.find("muse-spark"), std::string::npos) << refused.error().mend;
  EXPECT_EQ(refused.error().mend.find("gpt-5.4"), std::string::npos) << refused.error().mend;
  EXPECT_TRUE(check_media(find_profile("muse-spark").value(), sound).ok());
}

TEST(Media, AreLimitedInNumber) {
  ModelProfile profile = find_profile("muse-spark").value();
  profile.images_per_request = 2;
  std::vector<Medium> images(2, read_medium("a.png", png(8, 8), MediumKind::image).value());
  EXPECT_TRUE(check_media(profile, images).ok());
  images.push_back(images.back());
  EXPECT_FALSE(check_media(profile, images).ok());
}

TEST(LinkedImage, IsCountedAsTheLargestAndSentAsItsAddress) {
  const ModelProfile muse = find_profile("muse-spark").value();
  const auto linked = linked_image(muse, "https://example.org/a.png?size=large");
  ASSERT_TRUE(linked.ok()) << linked.error().sentence();
  EXPECT_EQ(medium_tokens(muse, *linked), 4'098u);
  const ModelProfile gpt = find_profile("gpt-5.4").value();
  EXPECT_EQ(medium_tokens(gpt, *linked), 85u + 170 * 8);  // 2048 by 768
  for (std::uint32_t width = 100; width <= 9'000; width += 700) {
    for (std::uint32_t height = 100; height <= 9'000; height += 700) {
      EXPECT_LE(image_tokens("gpt-5.4", width, height), *image_tokens_max(gpt)) << width << " " << height;
      EXPECT_LE(image_tokens("muse-spark", width, height), *image_tokens_max(muse));
    }
  }
  GenerationRequest request;
  request.messages = {{"user", "What is this?", {*linked}}};
  const Json content = chat_body(muse, request).at("messages").items()[0]["content"];
  EXPECT_EQ(content.items()[1].at("image_url.url").as_string(), "https://example.org/a.png?size=large");
}

TEST(LinkedImage, IsRefusedWhereItCannotBeFetchedOrCounted) {
  const auto code = [](std::string_view profile, std::string url) {
    const auto linked = linked_image(find_profile(profile).value(), std::move(url));
    EXPECT_FALSE(linked.ok() || linked.error().mend.empty());
    return linked.ok() ? ErrorCode::io : linked.error().code;
  };
  EXPECT_EQ(code("gemini-3.1-pro", "https://example.org/a.png"), ErrorCode::usage);
  EXPECT_EQ(code("claude-opus-4.6", "https://example.org/a.png"), ErrorCode::usage);  // its formula has no end
  EXPECT_EQ(code("muse-spark", "ftp://example.org/a.png"), ErrorCode::usage);
  EXPECT_EQ(code("muse-spark", "https://example.org/a b.png"), ErrorCode::usage);
  EXPECT_EQ(code("muse-spark", "https://example.org/" + std::string(5'000, 'a')), ErrorCode::usage);
  EXPECT_FALSE(is_web_address("picture.png") || is_web_address("file:///etc/passwd"));
}

TEST(BestSize, IsWhatTheFormulaLooksAt) {
  const auto best = [](std::string_view name) { return best_size(find_profile(name).value()); };
  EXPECT_EQ(best("muse-spark").pixels, 4'096u * 28 * 28);
  EXPECT_EQ(best("gpt-5.4").long_side, 2'048u);
  EXPECT_EQ(best("gpt-5.4").short_side, 768u);
  EXPECT_EQ(best("claude-opus-4.6").long_side, 1'568u);
  EXPECT_EQ(best("claude-opus-4.6").pixels, 1'150'000u);
  EXPECT_EQ(best("gemini-3.1-pro").long_side, 3'072u);
  EXPECT_EQ(best("qwen-3.5").long_side, 1'568u);  // no formula: ours
}

TEST(Media, AreSaidToBeNotTakenBeforeTheyAreRead) {
  const Status refused = check_modality(find_profile("local").value(), MediumKind::image, "a.png");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::usage);
  for (const char* taker : {"muse-spark", "gpt-5.4", "claude-opus-4.6"}) {
    EXPECT_NE(refused.error().mend.find(taker), std::string::npos) << taker;
  }
  EXPECT_TRUE(check_modality(find_profile("muse-spark").value(), MediumKind::audio, "a.wav").ok());
}

TEST(Media, AreAnnouncedByTheirCaptionsWhichAreCounted) {
  const ModelProfile profile = find_profile("muse-spark").value();
  Medium picture = read_medium("a.png", png(28, 28), MediumKind::image).value();
  GenerationRequest request;
  request.messages = {{"user", "What is this?", {picture}}};
  const auto tokenizer = make_estimator("m");
  const std::uint64_t without = count_request(profile, *tokenizer, {.messages = request.messages}).tokens_max;
  request.messages[0].media[0].caption = "[figure 1 of passage 3: A lamp]\n";
  EXPECT_EQ(count_request(profile, *tokenizer, {.messages = request.messages}).tokens_max, without + 32);
  EXPECT_EQ(
      count_request(profile, *tokenizer, {.messages = {}, .tools = {}, .media = request.messages[0].media})
          .tokens_max,
      profile.overhead.per_request + 3 + 32u);
  const Json content = chat_body(profile, request).at("messages").items()[0]["content"];
  ASSERT_EQ(content.items().size(), 3u);
  EXPECT_EQ(content.items()[1]["text"].as_string(), "[figure 1 of passage 3: A lamp]\n");
  EXPECT_EQ(content.items()[2]["type"].as_string(), "image_url");
}

TEST(Base64, IsRfc4648) {
  const std::pair<std::string_view, std::string_view> known[] = {{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : known) EXPECT_EQ(base64(plain), encoded);
  EXPECT_EQ(base64("\xff\xff\xfe"), "///+");
}

TEST(Media, TravelInTheSameMessageBehindTheText) {
  GenerationRequest request;
  request.messages = {{"user",
                       "What is this?",
                       {read_medium("a.png", png(8, 8), MediumKind::image).value(),
                        read_medium("b.wav", wav(8'000, 4, 4), MediumKind::audio).value()}}};
  const Json content =
      chat_body(find_profile("muse-spark").value(), request).at("messages").items()[0]["content"];
  ASSERT_EQ(content.items().size(), 3u);
  EXPECT_EQ(content.items()[0]["text"].as_string(), "What is this?");
  EXPECT_EQ(content.items()[1].at("image_url.url").as_string(), "data:image/png;base64," + base64(png(8, 8)));
  EXPECT_EQ(content.items()[2].at("input_audio.format").as_string(), "wav");
  EXPECT_EQ(content.items()[2].at("input_audio.data").as_string(), base64(wav(8'000, 4, 4)));
}

TEST(RequestCount, IsTheSumOfWhatIsSent) {
  const ModelProfile profile = find_profile("muse-spark").value();
  const auto tokenizer = make_estimator("m");
  const std::vector<ChatMessage> messages = {
      {"system", "Be brief."},
      {"user", "What is this?", {read_medium("a.png", png(28, 28), MediumKind::image).value()}},
      {"assistant", "A lamp."}};
  std::uint64_t expected = profile.overhead.per_request + 3 * profile.overhead.per_message + 3;
  for (const ChatMessage& message : messages) expected += message.content.size();
  EXPECT_EQ(count_request(profile, *tokenizer, {.messages = messages}).tokens_max, expected);

  Json tools = Json::array();
  tools.push(Json::object({{"type", "function"}, {"function", Json::object({{"name", "search"}})}}));
  EXPECT_EQ(count_request(profile, *tokenizer, {.messages = messages, .tools = tools}).tokens_max,
            expected + profile.overhead.per_message + to_string(tools).size());
  EXPECT_EQ(count_request(profile, *tokenizer, {.messages = messages, .media = messages[1].media}).tokens_max,
            expected + 3);
}

TEST(RequestCount, ObservesTheShapeThatItCounts) {
  const ModelProfile profile = find_profile("muse-spark").value();
  const auto tokenizer = make_estimator("m");
  const std::vector<ChatMessage> messages = {{"system", "Be brief."}, {"user", "How many lamps, 17?"}};
  const Observation observed = observe_request(profile, *tokenizer, {.messages = messages}, 40);
  EXPECT_EQ(observed.truth, 40u);
  EXPECT_EQ(observed.shape[Trait::request], 1u);
  EXPECT_EQ(observed.shape[Trait::message], 2u);
  EXPECT_EQ(observed.shape[Trait::digit], 2u);
  EXPECT_EQ(observed.shape.bytes, 28u);
  EXPECT_EQ(observed.tokens_max, count_request(profile, *tokenizer, {.messages = messages}).tokens_max);
}

}  // namespace
}  // namespace kindling

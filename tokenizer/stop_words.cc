#include "tokenizer/stop_words.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

#include "tokenizer/folding.h"

namespace kindling {
namespace {

constexpr std::array lists{
    FunctionWords{
        Language::english,
        "a about above after again against all also am an and any are aren't as at be because been before "
        "being below "
        "between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down "
        "during each "
        "either few for from further had hadn't has hasn't have haven't having he he'd he'll he's her here "
        "here's hers "
        "herself him himself his i i'd i'll i'm i've if in into is isn't it it's its itself just let's may me "
        "might "
        "more most must mustn't my myself neither no nor not of off on once only or other ought our ours "
        "ourselves out "
        "over own per same shall shan't she she'd she'll she's should shouldn't so some such than that that's "
        "the "
        "their theirs them themselves then there there's these they they'd they'll they're they've this those "
        "through "
        "to too under until up upon very via was wasn't we we'd we'll we're we've were weren't will with "
        "within "
        "without won't would wouldn't yet you you'd you'll you're you've your yours yourself yourselves",
        "what what's whats what're which who who's whom whose when when's where where's why why's how how's "
        "many much "
        "tell explain describe please whether"},
    FunctionWords{Language::german,
                  "aber alle allem allen aller alles als also am an ander andere anderem anderen anderer "
                  "anderes auch auf aus bei "
                  "beim bin bis bist da damit dann das dass daß dein deine dem den denn der des dessen die "
                  "dies diese diesem "
                  "diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es etwas euch "
                  "euer für gegen hab "
                  "habe haben hat hatte hatten hier ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in ins "
                  "ist ja jede jedem "
                  "jeden jeder jedes kann kein keine keinem keinen keiner können könnte man mehr mein meine "
                  "mich mir mit nach "
                  "nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner seit sich sie "
                  "sind so soll sollte "
                  "sondern über um und uns unser unter viel vom von vor war waren was weil wenn werden wird wo "
                  "worden wurde "
                  "wurden während würde zu zum zur zwischen",
                  "wer wen wem wessen wie wieviel wieviele viele warum weshalb wieso wann woher wohin womit "
                  "wodurch woraus wofür "
                  "worauf worin wozu wovon weswegen was wo welche welcher welches welchem welchen"},
    FunctionWords{
        Language::french,
        "a ai ainsi après as au aussi autre autres aux avait avant avec avoir ayant c ce cela celle celles "
        "celui ces "
        "cet cette ceux chez comme d dans de depuis des dès du elle elles en encore entre est et étaient était "
        "étant "
        "été être eu eux fait font fut il ils j je l la là le les leur leurs lors lui m ma mais me même mes "
        "moi mon n "
        "ne nos notre nous on ont ou par pas pendant peut plus pour puis qu s sa sans se selon sera ses si "
        "soit son "
        "sont sous sur t ta te tes toi ton tous tout toute toutes très tu un une vers vos votre vous y",
        "qui que quoi quel quelle quels quelles quand où comment pourquoi combien lequel laquelle lesquels "
        "lesquelles "
        "quelqu auquel dont"},
    FunctionWords{Language::spanish,
                  "a al algo algunas algunos ante antes aquel así aún aunque cada como con contra cual cuando "
                  "de del desde donde "
                  "durante e el él ella ellas ellos en entre era eran es esa esas ese eso esos esta está "
                  "estaba están estas este "
                  "esto estos fue fueron ha había habían hace hacia han hasta hay la las le les lo los más me "
                  "mi mientras mucho "
                  "muchos muy nada ni no nos nosotros o otra otras otro otros para pero poco por porque pues "
                  "que quien se sea "
                  "según ser si sí sido sin sobre son su sus también tan tanto te tener tiene tienen todo "
                  "todos tras tu tuvo un "
                  "una uno unos y ya yo",
                  "qué quién quiénes cuál cuáles cuándo cuánto cuánta cuántos cuántas dónde adónde cómo"},
    FunctionWords{Language::italian,
                  "a ad agli ai al alla alle allo anche ancora avere aveva c che chi ci ciò coi col come con "
                  "contro cui d da dagli "
                  "dai dal dall dalla dalle dallo degli dei del dell della delle dello di dopo dove e è ed era "
                  "erano essere fra "
                  "fu furono gli ha hanno i il in io l la le lei li lo loro lui ma mi mia mio molto ne negli "
                  "nei nel nell nella "
                  "nelle nello no noi non nostro o ogni per però più po prima quello questa queste questi "
                  "questo s se sei senza "
                  "si sia siano sono stata state stati stato su sua sue sugli sui sul sull sulla sulle sullo "
                  "suo suoi tra tutti "
                  "tutto un una uno v vi",
                  "quale quali qual quando quanto quanta quanti quante cosa cos perché dov com"},
    FunctionWords{Language::portuguese,
                  "a à ao aos aquela aquele às as até com como da das de dela dele deles depois do dos e é ela "
                  "elas ele eles em "
                  "entre era eram essa esse esta está estão estas este estes eu foi foram há isso isto já lhe "
                  "mais mas me mesmo "
                  "meu minha muito na não nas nem no nos nós num numa o os ou para pela pelas pelo pelos por "
                  "pois quando que se "
                  "sem ser será seu seus só sobre sua suas são também tem têm ter tinha um uma umas uns você",
                  "qual quais quem onde quanto quanta quantos quantas porquê porque"},
    FunctionWords{Language::romanian,
                  "a acea aceasta această aceea acest acesta aceste acestea acestei acestor acestui acolo ai "
                  "aici al ale alt alta "
                  "alte am apoi ar are as asupra astfel atât au avea avem avut ca că către cea cei cel cele "
                  "celor cu da dacă dar "
                  "de deci decât despre din dintre doar după ea ei el ele era erau este eu fără fi fie fiind "
                  "fost i îi îl îmi în "
                  "înainte între într îşi la le li lor lui m mai mă ne nici noi nostru nu o ori pe pentru "
                  "peste poate pot prin "
                  "printr s sa să sale sau se sunt sub său şi și te toate tot toți un una unde unei unele unor "
                  "unui va voi vor "
                  "dintr l",
                  "care ce cine când cum cât câtă câți câte unde cui cărui cărei cărora"},
    FunctionWords{Language::dutch,
                  "aan achter al alle alles als altijd andere ben bij daar dan dat de deze die dit doch doen "
                  "door dus een en er "
                  "ge geen haar had heb hebben heeft hem het hier hij hun ik in is ja je kan kon kunnen maar "
                  "me meer men met mij "
                  "mijn na naar niet niets nog nu of om omdat onder ons ook op over reeds te tegen toch toen "
                  "tot tussen u uit uw "
                  "van veel voor want waren was werd werden wezen wij wil wordt worden zal ze zei zelf zich "
                  "zij zijn zo zonder "
                  "zou",
                  "wat wie welk welke waar waarom wanneer hoe hoeveel hoelang waarmee waarin"},
    FunctionWords{Language::russian,
                  "а без более больше был была были было быть в вам вас во вот все всего всех вы г где да даже "
                  "для до его ее её "
                  "если есть ещё еще же за здесь и из или им их к как ко когда кто ли либо мне может мы на над "
                  "надо нам нас не "
                  "него нее неё нет ни них но ну о об однако он она они оно от очень по под после потом потому "
                  "при про с сам себя "
                  "со свою своих своей свой та так также такой там те тем то того тоже только том ты у уже "
                  "хотя чего чем через "
                  "что чтобы чья эта эти этих это этого этой этом этот я является были",
                  "что кто кого кому кем какой какая какое какие каких какого каким какую каком где куда "
                  "откуда когда почему "
                  "зачем как сколько чей чья чьё чьи который которая которое которые"},
    FunctionWords{
        Language::turkish,
        "ama ancak arasında artık az bana bazı ben beni bile bir biraz birçok biri biz böyle bu buna bunda "
        "bundan bunlar "
        "bunu bunun çok çünkü da daha de defa değil diye dolayı eğer en fakat gibi göre hem hep hepsi her hiç "
        "için ile "
        "ise kadar karşı kendi ki mı mi mu mü o olan olarak oldu olduğu olması olup on ona ondan onlar onu "
        "onun önce "
        "pek sadece sana sen siz sonra şey şu tarafından tüm üzere var ve veya ya yani yer yok yoksa yüzden",
        "ne neden nedir neler nerede nereye nereden neresi niçin niye nasıl hangi hangisi kim kime kimi kimin "
        "kimdir kaç "
        "kaçıncı zaman"},
    FunctionWords{Language::vietnamese,
                  "ấy bằng bị bởi các cái cho chỉ chiếc chính có còn của cùng cũng cứ do đã đang đây để đến đi "
                  "điều đó đối được "
                  "giữa hay hoặc hơn khi không là lại lên lúc mà mặc một mỗi nếu ngay nhất như nhưng những nữa "
                  "ở ra rằng rất rồi sau "
                  "sẽ sự tại theo thì thuộc tới trên trong trước từ từng và vào vẫn về vì với vừa này",
                  "gì nào ai đâu bao nhiêu sao thế mấy hỏi"},
    FunctionWords{
        Language::arabic,
        "في من على إلى الى عن مع هذا هذه ذلك تلك التي الذي الذين هو هي هم كان كانت يكون تكون أن ان إن أو او ثم "
        "لا لم لن "
        "ما قد كل بعد قبل بين عند حتى إذا اذا لكن غير بعض أي اي كما منذ خلال حيث فيها فيه منها منه عليها عليه "
        "إليها إليه "
        "له لها لهم به بها و أنه أنها وقد وهو وهي ولا وكان وكانت ومن وفي دون ضد حول أيضا ليس ليست نحو",
        "ماذا من متى أين اين كيف لماذا كم هل أي أية ما ماهو ماهي بماذا لمن"},
    FunctionWords{Language::greek,
                  "ο η το οι τα του της των τον την τους τις ένα ένας μια μία ενός μιας και κι να για από με "
                  "σε στο στη στην στον "
                  "στους στις στα ως που πως ότι δεν δε μη μην θα είναι ήταν είχε έχει έχουν είχαν ή αν όταν "
                  "αλλά όπως επίσης κατά "
                  "μετά πριν παρά προς χωρίς μεταξύ αυτό αυτή αυτός αυτά αυτές αυτοί αυτού αυτής αυτών αυτόν "
                  "αυτήν τι όμως μόνο "
                  "πιο πολύ ακόμη ακόμα γιατί εκείνο εκείνη υπό λόγω όχι ναι του τι",
                  "ποιος ποια ποιο ποιοι ποιες ποιον ποιους ποιων ποιας ποιου τι πού πότε πώς γιατί πόσο πόση "
                  "πόσος πόσα πόσες πόσοι "
                  "πόσους πόσων"},
    FunctionWords{Language::hindi,
                  "के का की को में है हैं से पर और एक यह ये वह वे था थी थे हो होता होती होते होने ने कि जो भी नहीं इस इसके "
                  "इसका इसकी उस उसके "
                  "उसका उसकी उन उनके इन इनके तथा या तक लिए साथ बाद कर करने करता करते करती किया की गया गई गए जा "
                  "जाता जाती जाते रहा रही रहे "
                  "अपने अपनी अपना द्वारा ही तो कुछ सकता सकते सकती हुआ हुई हुए जब तब यदि लेकिन बहुत दिया",
                  "क्या कौन किस किसने किसे किसका किसकी किसके कब कहाँ कहां क्यों कैसे कैसा कैसी कितना कितनी कितने कौनसा "
                  "कौनसी किन किनके"},
    FunctionWords{Language::nepali,
                  "र को का की लाई ले मा बाट छ छन् थियो थिए हो हुन् भएको गरेको गर्ने पनि यो त्यो यस त्यस एक तथा वा गरी "
                  "भने तर नै छैन हुन्छ गर्न गरे "
                  "भन्ने लागि सबै केही",
                  "के कुन कसले कहाँ कहिले किन कसरी कति को"},
    FunctionWords{Language::indonesian,
                  "ada adalah akan atas atau bagi bahwa banyak beberapa bisa dalam dan dapat dari dengan di "
                  "dia hanya harus hingga "
                  "ia ini itu juga jika kami karena ke kepada kita lain lebih maka mereka namun oleh pada para "
                  "saat sampai sangat "
                  "saya sebagai sebuah sedang sejak seperti serta suatu sudah tahun telah tentang terhadap "
                  "tersebut tetapi tidak "
                  "untuk yang",
                  "apa apakah siapa siapakah kapan mana dimana bagaimana mengapa kenapa berapa manakah"},
    FunctionWords{Language::swedish,
                  "alla att av bara blev bli blir den denna dess dessa det detta dig din du där då efter ej "
                  "eller en er ett från "
                  "för ha hade han hans har henne hon hur här i icke inom inte jag ju kan kunde man med mellan "
                  "men mig min mot "
                  "mycket ni nu när någon något några och om oss på samma sedan sig sin sina sitt skulle så "
                  "sådan till under upp "
                  "ut utan var vara varit vi vid än är åt över som",
                  "vad vem vilken vilka vilket varför vart hur när var"},
    FunctionWords{Language::danish,
                  "ad af alle at blev bliver da de dem den denne der deres det dette dig din disse dog du "
                  "efter eller en end er et "
                  "for fra ham han hans har havde hende her hun i ikke ind jeg jer jo kunne man mange med "
                  "meget men mig min mod "
                  "ned nogle noget nu når og også om op os over på sig sin skal skulle som sådan thi til ud "
                  "under var vi vil ville "
                  "vor være været",
                  "hvad hvem hvilken hvilke hvilket hvorfor hvor hvornår hvordan hvis"},
    FunctionWords{Language::norwegian,
                  "alle at av ble bli blir da de deg den denne der deres det dette din disse du eller en er et "
                  "etter for fra før "
                  "ha hadde han hans har hennes her hun i ikke inn jeg kan kunne man med meg mellom men mot "
                  "ned noe noen nå når og "
                  "også om opp oss over på seg sin skal skulle som så til under ut var vi vil ville være vært",
                  "hva hvem hvilken hvilke hvilket hvorfor hvor hvordan når"},
    FunctionWords{Language::finnish,
                  "ei eivät en että he hän ja jo joka jos jotka kanssa kuin kun mukaan mutta myös ne niin "
                  "niiden nyt oli olivat "
                  "olla ollut on ovat se sekä sen siitä sitä tai tämä tämän vain vaan yksi",
                  "mikä mitä missä mistä mihin milloin miksi miten kuka ketä kenen kuinka monta paljonko"},
    FunctionWords{Language::hungarian,
                  "a az és is egy hogy nem de el meg ez azt ezt volt van csak már még vagy mint minden ki lesz "
                  "amely aki ami akik "
                  "után alatt között által szerint így úgy pedig ha lett voltak ezek azok",
                  "mi mit mely melyik hol hova honnan mikor miért hogyan mennyi hány milyen kik kit kinek"},
    FunctionWords{Language::catalan,
                  "a al als amb aquest aquesta aquests aquestes aquell així ara ser va van d de del dels des "
                  "és el ella ells els "
                  "em en entre era eren es està estan fins ha havia han hi i ja l la les li lo més molt na ni "
                  "no o on per però pel "
                  "pels perquè que s sense seu seva seus seves si són sobre també tot un una unes uns",
                  "què qui quin quina quins quines quan quant quanta quants quantes on com perquè"},
    FunctionWords{Language::basque,
                  "eta da ez du dira zen ere bat edo baina dute zuen ziren izan den hau hori horren bere beste "
                  "egin baino dela "
                  "dituzte batean bezala arte gero",
                  "zer nor non noiz nola zein zenbat nork zergatik nondik nora"},
    FunctionWords{Language::irish,
                  "a ach ag agus an ar as atá bhí bhfuil chuig cuid dá de den do é faoi go gur i iad is le "
                  "leis mar na ní nach ó "
                  "os raibh sa san sé seo sí sin tá tar um",
                  "cad cá cé cathain conas cén cad cárb"},
    FunctionWords{Language::lithuanian,
                  "ir yra kad į iš su ne bet o tai jis ji jie buvo ar nuo per prie už po apie pagal taip kaip "
                  "dar jau tik jo jų šis "
                  "ši šio bei arba",
                  "kas ką kam kur kada kodėl kiek koks kokia kokie kuris kuri kurie"},
    FunctionWords{Language::tamil,
                  "ஒரு ஓர் மற்றும் அல்லது இந்த அந்த இது அது இவை அவை என என்று என்ற என்பது எனும் என்னும் ஆகும் ஆகிய உள்ள "
                  "உள்ளது உள்ளன இருந்து இருந்தது இருக்கும் இருந்த கொண்டு கொண்ட போன்ற போல பற்றி பற்றிய மீது மேல் கீழ் "
                  "வரை பின் பிறகு பின்னர் முன் போது மேலும் ஆனால் எனவே அதன் இதன் அதில் இதில் அதை இதை தனது தன் தான் "
                  "அவர் அவர்கள் இவர் நான் நாம் நீ நீங்கள் வேண்டும் மிக மிகவும் மட்டும் சில பல மூலம் இடையே",
                  "என்ன எது எவை எதை எதில் எதற்கு யார் யாரால் யாருக்கு யாருடைய எப்போது எங்கே எங்கு ஏன் எப்படி எவ்வாறு "
                  "எத்தனை எவ்வளவு எந்த எவர் யாவை யாது"},
    FunctionWords{Language::chinese, "的 了 在 是 和 与",
                  "什么 甚么 什麼 甚麼 哪些 哪个 哪個 哪里 哪裡 哪一 哪年 多少 为什 為什 怎么 怎麼 怎样 如何 "
                  "何时 何時 何处 为何 谁 誰 几个 幾個"},
    FunctionWords{Language::japanese, "です ます でし まし した して いる ある",
                  "何 誰 どこ いつ なぜ どの どれ どう いく なに だれ 何で 何が"},
};

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view word) const { return std::hash<std::string_view>{}(word); }
};
using Roles = std::unordered_map<std::string, WordRole, Hash, std::equal_to<>>;

template <typename Visit>
void for_each_word(std::string_view words, Visit visit) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (end > 0) visit(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

Roles make_roles() {
  Roles roles;
  for (const FunctionWords& list : lists) {
    const LanguageSet bit = set_of(list.language);
    for_each_word(list.stop, [&](std::string_view word) { roles[fold_word(word, list.language)].stop |= bit; });
    for_each_word(list.question,
                  [&](std::string_view word) { roles[fold_word(word, list.language)].question |= bit; });
  }
  return roles;
}

}  // namespace

std::span<const FunctionWords> function_words() { return lists; }

WordRole role_of(std::string_view folded) {
  static const Roles roles = make_roles();
  const auto found = roles.find(folded);
  return found == roles.end() ? WordRole{} : found->second;
}

}  // namespace kindling

#include "engine/answer/claim_lists.h"

#include <array>

namespace kindling {
namespace {

using enum Language;

constexpr std::array negations{
    NegationList{
        english,
        "not no nor never none neither nobody nothing nowhere cannot cant without non n't hardly scarcely "
        "barely seldom rarely except unless lack lacks lacked lacking fail fails failed unable"},
    NegationList{
        german,
        "nicht kein keine keinem keinen keiner keines nie niemals nichts niemand niemandem nirgends ohne weder "
        "keinesfalls keineswegs kaum außer ausser"},
    NegationList{french,
                 "ne n pas jamais sans aucun aucune ni rien personne nul nulle non guère nullement sauf"},
    NegationList{spanish, "no nunca jamás sin ni ningún ninguno ninguna tampoco nada nadie excepto salvo"},
    NegationList{catalan, "no mai sense ni cap tampoc res ningú"},
    NegationList{portuguese, "não nunca jamais sem nem nenhum nenhuma nada ninguém tampouco exceto"},
    NegationList{italian, "non mai senza né nessun nessuno nessuna niente nulla nemmeno neppure tranne"},
    NegationList{romanian, "nu n fără nici niciodată niciun nicio nimic nimeni niciunul"},
    NegationList{dutch, "niet geen nooit zonder noch niets niemand nergens nauwelijks behalve"},
    NegationList{swedish, "inte ej icke ingen inget inga aldrig varken utan knappast"},
    NegationList{danish, "ikke ej ingen intet aldrig uden hverken næppe"},
    NegationList{norwegian, "ikke ei ingen intet aldri uten verken neppe"},
    NegationList{finnish, "ei en et emme ette eivät ole älä ilman eikä koskaan"},
    NegationList{hungarian, "nem ne sem nincs nincsenek nélkül soha senki semmi sohasem"},
    NegationList{russian, "не ни нет без никогда нельзя ничего никто никак кроме"},
    NegationList{greek, "δεν δε μη μην όχι χωρίς ούτε ποτέ κανείς κανένας καμία τίποτα μήτε δίχως"},
    NegationList{turkish,
                 "değil değildir değildi yok yoktur yoktu hayır hiç hiçbir asla olmayan olmadan olmadığı"},
    NegationList{arabic,
                 "لا لم لن ليس ليست ليسوا غير بدون دون عدم بلا ولا ولم ولن وليس وليست كلا سوى فلا فلم أبدا"},
    NegationList{hindi, "नहीं नही न मत बिना ना नहि"},
    NegationList{nepali, "छैन छैनन् होइन होइनन् बिना न नगर्ने"},
    NegationList{tamil, "இல்லை அல்ல இல்லாமல் இல்லாத"},
    NegationList{vietnamese, "không chưa chẳng chả đừng chớ"},
    NegationList{indonesian, "tidak bukan belum tanpa jangan tak tiada kecuali"},
    NegationList{irish, "ní níl níor nach nár gan ná cha"},
    NegationList{lithuanian, "ne nėra nebuvo be niekada nei joks jokia niekas"},
    NegationList{basque, "ez gabe inoiz inor ezer ezin"},
    NegationList{korean, "안 못", "않 없 아니 못하", ""},
    NegationList{chinese, "", "不 没 沒 未 无 無 非 勿 莫 毋",
                 "不得不 差不多 非常 不同 不过 不過 不仅 不僅 不但 不断 不斷 不少 不久 不管 不论 不論 不只 "
                 "不如 无论 無論 未来 未來 "
                 "非洲 南非 北非 西非 东非 除非 无锡 並非洲"},
    NegationList{japanese, "", "ない なかっ なく ませ ずに 不 無 未 非 ぬ", "非常 少ない 未来 なくて"},
    NegationList{thai, "", "ไม่ มิได้ มิใช่ ไร้ ปราศจาก", "ไม่ว่า ไม่กี่"},
};

constexpr std::array opposites{
    OppositeList{
        "increas* rise rises rising risen rose grew grow grows grown growing growth gain* more higher greater "
        "larger bigger improv* expand* augment* raise raised raises enhanc* upregulat* longer faster heavier "
        "stronger",
        "decreas* declin* fall falls falling fell fallen drop dropped drops dropping reduc* lower* less fewer "
        "smaller shrink* shrank worsen* diminish* lessen* downregulat* shorter slower lighter weaker"},
    OppositeList{"maximum maximal max most highest largest greatest longest",
                 "minimum minimal min least lowest smallest shortest"},
    OppositeList{"before prior earlier preced* previous*", "after later follow* subsequent*"},
    OppositeList{"first begin begins began beginning start starts started",
                 "last end ends ended ending finish* stop stops stopped"},
    OppositeList{"above over upper up exceed* top", "below under down bottom beneath"},
    OppositeList{"north northern", "south southern"},
    OppositeList{"east eastern", "west western"},
    OppositeList{"left", "right"},
    OppositeList{"positive positively", "negative negatively"},
    OppositeList{"all always every entirely", "some sometimes partly partially few"},
    OppositeList{"high", "low"},
    OppositeList{"early", "late"},
    OppositeList{"male males men man boys", "female females women woman girls"},
    OppositeList{"true", "false"},
    OppositeList{"win wins won winning victor*", "lose loses lost losing defeat*"},
    OppositeList{"accept* approv* allow* permit* support* enabl*",
                 "reject* prohibit* forbid* forbad* forbidden oppos* den* prevent*"},
    OppositeList{"buy buys bought purchas* import*", "sell sells sold export*"},
    OppositeList{"includ*", "exclud*"},
    OppositeList{"with", "without"},
    OppositeList{"succeed* success*", "fail* unsuccess*"},
    OppositeList{"public", "private"},
    OppositeList{"acute", "chronic"},
    OppositeList{"benign", "malignant"},
    OppositeList{"internal inner", "external outer"},
    OppositeList{"major majority", "minor minority"},
    OppositeList{"agonist*", "antagonist*"},
    // German, French, Spanish.
    OppositeList{"mehr höher* größer* gestiegen* stieg* steig* zugenommen zunahm* erhöh* wuchs* wachs*",
                 "weniger niedriger* kleiner* gesunken* sank* sink* abgenommen abnahm* gesenkt* verringer*"},
    OppositeList{"vor", "nach"},
    OppositeList{"plus augment* croissance supérieur* hausse", "moins dimin* réduc* inférieur* baisse"},
    OppositeList{"avant", "après"},
    OppositeList{"más aument* mayor* crec* incremento*", "menos dismin* menor* redu* descen*"},
    OppositeList{"antes", "después"},
};

constexpr std::array units{
    UnitList{Dimension::magnitude, "hundred hundreds hundert", 1e2},
    UnitList{Dimension::magnitude,
             "thousand thousands tausend mille mil mii тысяч тысячи тысяча тыс bin χιλιάδες ألف آلاف हज़ार हजार "
             "nghìn ngàn พัน 千",
             1e3},
    UnitList{Dimension::magnitude, "万 萬 หมื่น", 1e4},
    UnitList{Dimension::magnitude, "lakh लाख แสน", 1e5},
    UnitList{Dimension::magnitude,
             "million millions mio millionen millones millón milioane milion миллион миллиона миллионов млн "
             "milyon εκατομμύρια "
             "εκατομμύριο εκατομμυρίων مليون ملايين मिलियन triệu",
             1e6},
    UnitList{Dimension::magnitude, "crore करोड़", 1e7},
    UnitList{Dimension::magnitude, "亿 億", 1e8},
    UnitList{Dimension::magnitude,
             "billion billions bn mrd milliarde milliarden milliard milliards miliarde miliard миллиард "
             "миллиарда миллиардов млрд "
             "milyar δισεκατομμύρια δισεκατομμύριο δισεκατομμυρίων مليار مليارات बिलियन अरब tỷ tỉ",
             1e9},
    UnitList{Dimension::magnitude,
             "trillion trillions billionen billones trilioane триллион триллионов trilyon تريليون 兆", 1e12},
    UnitList{
        Dimension::length,
        "km kilometer kilometers kilometre kilometres kilometern kilomètre kilomètres kilómetro kilómetros "
        "kilometri километр километра километров км χιλιόμετρα كم كيلومتر किमी किलोमीटर 公里"},
    UnitList{Dimension::length,
             "m meter meters metre metres metern mètre mètres metro metros metri метр метра метров м μέτρα متر "
             "मीटर mét เมตร 米"},
    UnitList{Dimension::length,
             "cm centimeter centimeters centimetre centimetres zentimeter centímetros сантиметров см سم 厘米"},
    UnitList{Dimension::length, "mm millimeter millimeters millimetre millimetres миллиметров мм 毫米"},
    UnitList{Dimension::length, "μm micrometer micrometers micrometre micrometres micron microns"},
    UnitList{Dimension::length, "nm nanometer nanometers nanometre nanometres"},
    UnitList{Dimension::length, "mile miles mi meile meilen milla millas мили миль миля mil ميل मील dặm 英里"},
    UnitList{Dimension::length, "foot feet ft fuß pieds pies футов ft 英尺"},
    UnitList{Dimension::length, "inch inches zoll pouces pulgadas дюймов 英寸"},
    UnitList{Dimension::length, "yard yards yd"},
    UnitList{Dimension::area, "hectare hectares ha hektar hectáreas гектаров"},
    UnitList{Dimension::area, "acre acres"},
    UnitList{Dimension::volume, "l liter liters litre litres litern litros литров لتر लीटर 升"},
    UnitList{Dimension::volume, "ml milliliter milliliters millilitre millilitres 毫升"},
    UnitList{Dimension::volume, "dl deciliter deciliters"},
    UnitList{Dimension::volume, "μl microliter microliters microlitre"},
    UnitList{Dimension::volume, "gallon gallons gal"},
    UnitList{Dimension::volume, "barrel barrels"},
    UnitList{Dimension::mass,
             "kg kilogram kilograms kilogramm kilogramme kilogramos kilo kilos килограмм килограммов кг كجم "
             "किलोग्राम 公斤 千克"},
    UnitList{Dimension::mass, "g gram grams gramm gramme grammes gramos грамм граммов г 克"},
    UnitList{Dimension::mass, "mg milligram milligrams milligramm мг 毫克"},
    UnitList{Dimension::mass, "μg microgram micrograms mcg ug"},
    UnitList{Dimension::mass, "ng nanogram nanograms"},
    UnitList{Dimension::mass, "lb lbs pounds pfund libras"},
    UnitList{Dimension::mass, "oz ounce ounces"},
    UnitList{Dimension::mass, "ton tons tonne tonnes tonnen toneladas тонн тонны طن टन tấn 吨"},
    UnitList{Dimension::time,
             "second seconds sec secs sekunde sekunden secondes segundos секунд saniye ثانية सेकंड giây วินาที 秒"},
    UnitList{Dimension::time,
             "minute minutes min mins minuten minutos минут минуты минута dakika دقيقة मिनट phút นาที 分钟 分"},
    UnitList{Dimension::time,
             "hour hours hr hrs h stunde stunden heure heures hora horas ore часов часа час saat ساعة ساعات घंटे "
             "घंटा giờ ชั่วโมง 小时"},
    UnitList{Dimension::time,
             "day days tag tage tagen jour jours día días zile zi дней дня день gün ημέρες يوم أيام يوما दिन "
             "ngày วัน 天 日"},
    UnitList{Dimension::time,
             "week weeks woche wochen semaine semaines semana semanas săptămâni недель недели hafta أسبوع "
             "أسابيع सप्ताह tuần สัปดาห์ 周"},
    UnitList{Dimension::time,
             "month months monat monate monaten mois mes meses luni lună месяцев месяца месяц ay μήνες شهر "
             "أشهر شهرا महीने tháng เดือน 月"},
    UnitList{Dimension::time,
             "year years yr yrs jahr jahre jahren an ans année années año años ani лет год года годов yıl "
             "χρόνια έτη سنة سنوات عام عاما वर्ष साल năm ปี 年"},
    UnitList{Dimension::time, "decade decades jahrzehnt jahrzehnte décennies décadas десятилетий عقود"},
    UnitList{Dimension::time,
             "century centuries jahrhundert jahrhunderte siècle siècles siglo siglos secole век веков века قرن "
             "قرون शताब्दी 世纪"},
    UnitList{Dimension::share,
             "% percent percentage prozent pourcent процентов процента процент yüzde بالمئة بالمائة प्रतिशत"},
    UnitList{Dimension::share, "points point punkte puntos puncte пунктов puan نقطة अंक điểm"},
    UnitList{Dimension::share, "‰ permille promille"},
    UnitList{Dimension::money,
             "$ dollar dollars usd dólares dolari долларов долларa dolar δολάρια دولار डॉलर đô 美元"},
    UnitList{Dimension::money, "€ euro euros eur евро avro ευρώ يورو यूरो 欧元"},
    UnitList{Dimension::money, "£ gbp sterling libre 英镑"},
    UnitList{Dimension::money, "¥ yen jpy yuan rmb cny иен 元 日元 日圆"},
    UnitList{Dimension::money, "₹ rupee rupees inr रुपये रुपए"},
    UnitList{Dimension::money, "cent cents"},
    UnitList{Dimension::temperature, "celsius c"},
    UnitList{Dimension::temperature, "fahrenheit f"},
    UnitList{Dimension::temperature, "kelvin k"},
    UnitList{Dimension::data, "kb kilobyte kilobytes"},
    UnitList{Dimension::data, "mb megabyte megabytes"},
    UnitList{Dimension::data, "gb gigabyte gigabytes"},
    UnitList{Dimension::data, "tb terabyte terabytes"},
    UnitList{Dimension::energy, "kcal calories kilocalories calorie"},
    UnitList{Dimension::energy, "kj kilojoules joules j"},
    UnitList{Dimension::energy, "kwh"},
    UnitList{Dimension::energy, "mwh"},
    UnitList{Dimension::power, "w watt watts"},
    UnitList{Dimension::power, "kw kilowatt kilowatts"},
    UnitList{Dimension::power, "mw megawatt megawatts"},
    UnitList{Dimension::power, "gw gigawatt gigawatts"},
    UnitList{Dimension::pressure, "pa pascal pascals"},
    UnitList{Dimension::pressure, "kpa"},
    UnitList{Dimension::pressure, "mmhg"},
    UnitList{Dimension::pressure, "psi"},
    UnitList{Dimension::pressure, "bar bars"},
    UnitList{Dimension::frequency, "hz hertz"},
    UnitList{Dimension::frequency, "khz"},
    UnitList{Dimension::frequency, "mhz"},
    UnitList{Dimension::frequency, "ghz"},
    UnitList{Dimension::speed, "mph"},
    UnitList{Dimension::speed, "kph"},
    UnitList{Dimension::speed, "knots knot"},
};

}  // namespace

std::span<const NegationList> negation_lists() { return negations; }
std::span<const OppositeList> opposite_lists() { return opposites; }
std::span<const UnitList> unit_lists() { return units; }

}  // namespace kindling

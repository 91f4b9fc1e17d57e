#include "words.h"

#include <algorithm>

namespace ballast::literal {
namespace {

// Words of one meaning, with a space between them.
struct Group {
  Word word;
  int value;
  std::string_view words;
};

constexpr int value(Reserved word) { return static_cast<int>(word); }
constexpr int value(Unit unit) { return static_cast<int>(unit); }
constexpr int value(Meridian meridian) { return static_cast<int>(meridian); }

constexpr Group kWords[] = {
    {Word::month, 1, "jan january"},
    {Word::month, 2, "feb february"},
    {Word::month, 3, "mar march"},
    {Word::month, 4, "apr april"},
    {Word::month, 5, "may"},
    {Word::month, 6, "jun june"},
    {Word::month, 7, "jul july"},
    {Word::month, 8, "aug august"},
    {Word::month, 9, "sep sept september"},
    {Word::month, 10, "oct october"},
    {Word::month, 11, "nov november"},
    {Word::month, 12, "dec december"},
    {Word::weekday, 0,
     "sun sunday mon monday tue tues tuesday wed weds wednesday thu thur thurs thursday fri friday "
     "sat saturday"},
    {Word::meridian, value(Meridian::am), "am"},
    {Word::meridian, value(Meridian::pm), "pm"},
    {Word::era, 0, "ad"},
    {Word::era, 1, "bc"},
    {Word::ignored, 0, "at on"},
    {Word::summer, 0, "dst"},
    {Word::iso_time, value(Unit::time), "t"},
    {Word::unit, value(Unit::julian), "j jd julian"},
    {Word::unit, value(Unit::day), "d"},
    {Word::unit, value(Unit::hour), "h"},
    {Word::unit, value(Unit::month), "m"},
    {Word::unit, value(Unit::minute), "mm"},
    {Word::unit, value(Unit::second), "s"},
    {Word::unit, value(Unit::year), "y"},
    {Word::unit, value(Unit::other), "dow doy isodow isoyear"},
    {Word::reserved, value(Reserved::now), "now"},
    {Word::reserved, value(Reserved::today), "today"},
    {Word::reserved, value(Reserved::yesterday), "yesterday"},
    {Word::reserved, value(Reserved::tomorrow), "tomorrow"},
    {Word::reserved, value(Reserved::zulu), "allballs"},
    {Word::reserved, value(Reserved::epoch), "epoch"},
    {Word::reserved, value(Reserved::late), "infinity +infinity"},
    {Word::reserved, value(Reserved::early), "-infinity"},
};

constexpr Group kUnits[] = {
    {Word::ignored, 0, "@"},
    {Word::ago, 0, "ago"},
    {Word::unit, value(Unit::microsecond), "microsecon us usec usecond useconds usecs"},
    {Word::unit, value(Unit::millisecond), "millisecon ms msec msecond mseconds msecs"},
    {Word::unit, value(Unit::second), "s sec second seconds secs"},
    {Word::unit, value(Unit::minute), "m min mins minute minutes"},
    {Word::unit, value(Unit::hour), "h hour hours hr hrs"},
    {Word::unit, value(Unit::day), "d day days"},
    {Word::unit, value(Unit::week), "w week weeks"},
    {Word::unit, value(Unit::month), "mon mons month months"},
    {Word::unit, value(Unit::quarter), "qtr quarter"},
    {Word::unit, value(Unit::year), "y year years yr yrs"},
    {Word::unit, value(Unit::decade), "dec decade decades decs"},
    {Word::unit, value(Unit::century), "c cent centuries century"},
    {Word::unit, value(Unit::millennium), "mil millennia millennium mils"},
    {Word::unit, value(Unit::other), "timezone timezone_h timezone_m"},
};

// As in timezonesets/Default.
constexpr Group kAbbreviations[] = {
    {Word::zone, 0,
     "eat sast wat act akst bot bra brt cot cst egt est fnt gft mst nft nst pet pmst pst uyt wgt "
     "ddut aft almt amt bdt bnt bort btt cct hkt ict irt ist jayt jst kst mmt myt npt pht pkt tjt "
     "uzt xjt ast azot acst acwst aest awst cast lhst ligt nzt wast gmt uct ut utc z zulu cet eet "
     "fet met mez wet cxt iot mut mvt ret sct tft chast chut fjt galt gamt gilt hst mart mht mpt "
     "nzst pgt pont pwt taht tot trut tvt vut wakt wft yapt"},
    {Word::summer_zone, 0,
     "akdt brst cdt clst edt egst fnst mdt ndt pdt pmdt pyst uyst wgst almst idt kdt kgst pkst "
     "ulast uzst yekst adt azost acsst acdt aesst aedt awsst cadt sadt wadt wdt bst bdst cest "
     "cetdst eest eetdst mest mesz metdst msd wetdst must chadt easst fjst nzdt"},
    {Word::changing_zone, 0,
     "art arst clt gyt pyt vet davt mawt amst anast anat azst azt gest get irkst irkt kgt krast "
     "krat lkt magst magt novst novt omsst omst petst pett sgt tmt ulat vlast vlat yakst yakt yekt "
     "fkst fkt lhdt msk volt ckt easst east kost lint nut tkt"},
};

// Areas of the time zone database, each with zones in it.
struct Area {
  std::string_view name;
  std::string_view zones;
};

constexpr Area kAreas[] = {
    {"africa", "cairo casablanca johannesburg lagos nairobi"},
    {"america",
     "anchorage argentina/buenos_aires bogota caracas chicago denver halifax lima los_angeles "
     "mexico_city new_york phoenix sao_paulo santiago toronto vancouver"},
    {"antarctica", ""},
    {"arctic", ""},
    {"asia",
     "baghdad bangkok calcutta dhaka dubai hong_kong jakarta jerusalem karachi kolkata manila "
     "riyadh seoul shanghai singapore taipei tehran tokyo"},
    {"atlantic", "reykjavik"},
    {"australia", "adelaide brisbane melbourne perth sydney"},
    {"brazil", ""},
    {"canada", ""},
    {"chile", ""},
    {"etc", "gmt utc"},
    {"europe",
     "amsterdam athens berlin brussels bucharest budapest copenhagen dublin helsinki istanbul kiev "
     "lisbon london madrid moscow oslo paris prague rome sofia stockholm vienna warsaw zurich"},
    {"indian", ""},
    {"mexico", ""},
    {"pacific", "auckland honolulu"},
    {"posix", ""},
    {"right", ""},
    {"systemv", ""},
    {"us", "central eastern mountain pacific"},
};

// Those without an area and without a digit or a sign.
constexpr std::string_view kAlone =
    "cuba egypt eire factory gb greenwich hongkong iceland iran israel jamaica japan kwajalein "
    "libya navajo nz poland portugal prc roc rok singapore turkey universal";
constexpr std::string_view kOnSomeServers = "localtime posixrules";

// The first word of a list, which is moved behind it.
std::string_view next_word(std::string_view& words) {
  size_t end = std::min(words.find(' '), words.size());
  std::string_view word = words.substr(0, end);
  words.remove_prefix(std::min(end + 1, words.size()));
  return word;
}

bool contains(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    if (next_word(words) == word) return true;
  }
  return false;
}

template <size_t size>
Meaning find(const Group (&groups)[size], std::string_view word) {
  constexpr size_t kLetters = 10;
  for (const Group& group : groups) {
    if (contains(group.words, word.substr(0, kLetters))) return {group.word, group.value};
  }
  return {};
}

}  // namespace

Meaning find_word(std::string_view word) { return find(kWords, word); }
Meaning find_unit(std::string_view word) { return find(kUnits, word); }
Meaning find_abbreviation(std::string_view word) { return find(kAbbreviations, word); }

Zone find_zone(std::string_view name) {
  if (contains(kAlone, name)) return Zone::known;
  if (contains(kOnSomeServers, name)) return Zone::unsure;
  size_t slash = name.find('/');
  if (slash != name.npos) {
    std::string_view area = name.substr(0, slash);
    for (const Area& one : kAreas) {
      if (one.name != area) continue;
      return contains(one.zones, name.substr(slash + 1)) ? Zone::known : Zone::unsure;
    }
  }
  // What is in no database may still be a rule as POSIX writes it, which has a digit or a comma.
  return name.find_first_of("0123456789+-,") == name.npos ? Zone::none : Zone::unsure;
}

}  // namespace ballast::literal

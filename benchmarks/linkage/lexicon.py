"""Names and places for made-up people, each in Persian with the Latin spellings that passports and clerks give it.

The order is by how common a name is; the generator draws by Zipf's law. Nothing here is known to the matcher.
"""

from __future__ import annotations

from typing import Final

__all__ = ["CITIES", "ENGLISH_FAMILIES", "ENGLISH_GIVEN", "FAMILIES", "GIVEN", "STREETS", "SUBURBS", "Spelled"]

Spelled = tuple[str, tuple[str, ...]]


def _spelled(lines: str) -> tuple[Spelled, ...]:
    """`محمد mohammad/mohamad, …` as pairs of the Persian and its Latin spellings."""
    pairs = (entry.strip().rsplit(" ", 1) for entry in lines.replace("\n", ",").split(",") if entry.strip())
    return tuple((persian, tuple(latin.replace("_", " ").split("/"))) for persian, latin in pairs)


def _words(lines: str) -> tuple[str, ...]:
    return tuple(lines.split())


_MEN: Final = _spelled("""
محمد mohammad/mohamad/mohammed, علی ali/aly, حسین hossein/hosein/husayn, مهدی mahdi/mehdi
امیر amir/ameer, رضا reza/riza, حسن hassan/hasan, عباس abbas/abas, سعید saeed/saeid/said
مجید majid/madjid, حمید hamid/hameed, احمد ahmad/ahmed, محمود mahmoud/mahmood, جواد javad/jawad
اکبر akbar, اصغر asghar/asgar, ابراهیم ebrahim/ibrahim, یوسف yousef/yusof, کریم karim/kareem
رحیم rahim, مسعود masoud/masood, بهرام bahram, کامران kamran, آرش arash, سیاوش siavash/siyavash
بابک babak, فرهاد farhad, پویا pouya/pooya, نیما nima, سینا sina, آرمان arman, کیان kian/kiyan
دانیال danial/daniel, مصطفی mostafa/mustafa, مرتضی morteza/mortaza, قاسم ghasem/qasem
جعفر jafar/jaafar, هادی hadi, میلاد milad, امید omid/omeed, بهزاد behzad, شهرام shahram
منصور mansour/mansoor, نادر nader, خسرو khosro/khosrow, ایرج iraj, داوود davood/davoud
اسماعیل esmaeil/esmail/ismail, موسی mousa/musa, عیسی isa/eisa, یعقوب yaghoub/yaqub, کاظم kazem
محسن mohsen, حامد hamed, وحید vahid/wahid, فرزاد farzad, علیرضا alireza/ali-reza
محمدرضا mohammadreza/mohamadreza, امیرحسین amirhossein/amirhosein, حمیدرضا hamidreza
غلامرضا gholamreza/gholamreza, عبدالله abdollah/abdullah, پرویز parviz, هوشنگ houshang/hushang
جمشید jamshid, فریدون fereydoun/fereidoon, مانی mani, آرین arian/aryan, سامان saman
پیمان peyman/payman, احسان ehsan, ایمان iman/eeman, یاسر yaser/yasser, صادق sadegh/sadeq, طاها taha
""")

_WOMEN: Final = _spelled("""
فاطمه fatemeh/fateme/fatima, زهرا zahra, مریم maryam/mariam, زینب zeinab/zaynab
معصومه masoumeh/masoomeh, لیلا leila/leyla, سارا sara/sarah, نرگس narges/nargess, الهام elham
مهسا mahsa, نازنین nazanin, شیرین shirin, مینا mina/meena, پریسا parisa, آزاده azadeh, سمیرا samira
رقیه roghayeh/roqayeh, سکینه sakineh, خدیجه khadijeh/khadije, طاهره tahereh, اعظم azam, اکرم akram
اشرف ashraf, پروین parvin, مهین mahin, ناهید nahid, زهره zohreh/zohre, فرزانه farzaneh, شهلا shahla
نسرین nasrin, نسترن nastaran, بهاره bahareh/bahare, بهار bahar, ستاره setareh/setare, آیدا aida/ayda
النا elena, هانیه hanieh/haniyeh, ریحانه reyhaneh/reihaneh, مبینا mobina, غزل ghazal/gazal
ژاله zhaleh/jaleh, گلنار golnar, شادی shadi, ندا neda, سحر sahar, سپیده sepideh/sepide, نگار negar
نگین negin, یلدا yalda, هدیه hediyeh/hedieh, ملیکا melika, کیمیا kimia/kimiya
شقایق shaghayegh/shaqayeq, مونا mona/muna, هاجر hajar, حمیده hamideh, سعیده saeideh/saeedeh
منیره monireh, مهناز mahnaz, فریبا fariba, گیتی giti, ژیلا zhila, مرضیه marzieh/marziyeh
راضیه razieh/raziyeh, عاطفه atefeh, فائزه faezeh, محدثه mohaddeseh
""")

GIVEN: Final = {"male": _MEN, "female": _WOMEN}

_ROOTS: Final = _spelled("""
محمد mohammad, احمد ahmad, حسین hossein, رضا reza, کریم karim, رحیم rahim, قاسم ghasem/qasem
جعفر jafar, صادق sadegh/sadeq, کاظم kazem, اکبر akbar, اصغر asghar, حیدر heydar/heidar, صفر safar
رستم rostam, بهرام bahram, نادر nader, شریف sharif, حبیب habib, یوسف yousef/yusef, ابراهیم ebrahim
سلیمان soleiman/soleyman, داوود davoud/davood, یعقوب yaghoub, موسی mousa, عباس abbas, نور nour/noor
کمال kamal, جلال jalal, جمال jamal, فلاح fallah/falah, شیر shir, گل gol, مراد morad, امین amin
سعید saeed, حمید hamid, مجید majid, منصور mansour, مقدم moghadam/moghaddam, تقی taghi/taqi
نقی naghi/naqi, بهمن bahman, خسرو khosro/khosrow, فرهاد farhad, جمشید jamshid, کاوه kaveh
سهراب sohrab, مهدی mahdi/mehdi, هاشم hashem, طاهر taher, قربان ghorban/qorban, نجف najaf, صالح saleh
زارع zare, شفیع shafi, ملک malek, خلیل khalil, رسول rasoul/rasool
""")

_ENDINGS: Final = _spelled(
    "ی i, زاده zadeh/zade, پور pour/poor, نژاد nejad/nezhad, نیا nia/niya, فر far, یان ian, وند vand, لو lou"
)

_PLAIN: Final = _spelled("""
مرادی moradi, موسوی mousavi/moosavi, هاشمی hashemi, نوری nouri/noori, اکبری akbari
قاسمی ghasemi/qasemi, صفایی safaei/safaee, طباطبایی tabatabaei/tabatabaee, شجاعی shojaei/shojaee
تهرانی tehrani, شیرازی shirazi, اصفهانی esfahani/isfahani, یزدی yazdi, کرمانی kermani
تبریزی tabrizi, رشتی rashti, خراسانی khorasani, زندی zandi, افشار afshar, قاجار ghajar/qajar
بختیاری bakhtiari/bakhtiyari, لرستانی lorestani, کرد kord, بلوچ baluch/balouch, عرب arab, ترک tork
نجفی najafi, صدر sadr, سجادی sajjadi/sajadi, علوی alavi, عسکری askari, رنجبر ranjbar
دهقان dehghan/dehqan, باقری bagheri/baqeri, چراغی cheraghi, غفاری ghaffari/ghafari
جهانگیری jahangiri, ذوالفقاری zolfaghari, پهلوان pahlavan, آهنگر ahangar, زرگر zargar, نجار najjar
""")


def _families() -> tuple[Spelled, ...]:
    built = [
        (root + ending, tuple(dict.fromkeys(a + b for a in latin for b in latin_ending)))
        for ending, latin_ending in _ENDINGS
        for root, latin in _ROOTS
    ]
    mixed = [spelled for pair in zip(built, _PLAIN, strict=False) for spelled in pair]
    return tuple(dict.fromkeys(mixed + built[len(_PLAIN) :]))


FAMILIES: Final = _families()

ENGLISH_GIVEN: Final = {
    "male": _words("""
james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark
donald steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob
gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander raymond
patrick jack dennis jerry tyler aaron jose henry adam douglas nathan peter zachary kyle walter harold jeremy
ethan carl
"""),
    "female": _words("""
mary patricia jennifer linda elizabeth barbara susan jessica sarah karen nancy lisa margaret betty sandra
ashley dorothy kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura sharon
cynthia kathleen amy shirley angela helen anna brenda pamela nicole samantha katherine emma ruth christine
catherine debra rachel carolyn janet virginia maria heather diane julie joyce victoria olivia kelly christina
lauren joan evelyn judith
"""),
}

ENGLISH_FAMILIES: Final = _words("""
smith jones williams brown wilson taylor johnson white martin anderson thompson nguyen thomas walker harris
lee ryan robinson kelly king davis wright evans roberts green hall wood jackson clarke patel khan lewis james
phillips cooper mitchell turner edwards baker campbell carter parker morris murphy moore clark scott watson
allen young hughes bell adams hill collins stewart rogers reed cook morgan peterson bailey richardson cox
howard ward torres gray ramirez watkins brooks kennedy sanders price bennett barnes ross henderson coleman
jenkins perry powell long patterson flores washington butler simmons foster gonzales bryant alexander russell
griffin diaz hayes myers ford hamilton graham sullivan wallace woods cole west jordan owens reynolds fisher
ellis harrison gibson mcdonald cruz marshall ortiz gomez murray freeman wells webb simpson stevens tucker
porter hunter hicks crawford henry boyd mason morales kennedy warren dixon ramos reyes burns gordon shaw
holmes rice robertson hunt black daniels palmer mills nichols grant knight ferguson rose stone hawkins dunn
perkins hudson spencer gardner stephens payne pierce berry matthews arnold wagner willis ray
""")

CITIES: Final = _spelled("""
تهران tehran, مشهد mashhad, اصفهان isfahan/esfahan, شیراز shiraz, تبریز tabriz, کرج karaj, قم qom
اهواز ahvaz/ahwaz, رشت rasht, کرمان kerman, یزد yazd, همدان hamedan/hamadan, ارومیه urmia/orumiyeh
زاهدان zahedan, اراک arak, ساری sari
""")

STREETS: Final = _spelled("""
آزادی azadi, انقلاب enghelab/enqelab, ولیعصر valiasr, شریعتی shariati, بهشتی beheshti
مطهری motahari, فردوسی ferdowsi, حافظ hafez, سعدی saadi, مولوی molavi, جمهوری jomhouri, کارگر kargar
پیروزی pirouzi/piroozi, دماوند damavand, ستارخان sattarkhan, گاندی gandhi, میرداماد mirdamad
پاسداران pasdaran, نیاوران niavaran, فاطمی fatemi, طالقانی taleghani/taleqani, مدرس modarres
بهار bahar, لاله laleh, گلستان golestan, بوستان boostan/bustan, نرگس narges, شقایق shaghayegh
یاس yas, نسترن nastaran, شهید_رجایی rajaei, امام_خمینی emam_khomeini, دانشگاه daneshgah
معلم moallem, کوهسنگی kouhsangi, احمدآباد ahmadabad, وکیل_آباد vakilabad, سجاد sajjad
کاشانی kashani, چمران chamran, همت hemmat, بسیج basij, جانبازان janbazan
""")

SUBURBS: Final = _words("""
richmond brunswick carlton fitzroy hawthorn kew preston coburg footscray sunshine newtown glebe bondi manly
parramatta penrith blacktown liverpool bankstown toowong paddington chermside nundah indooroopilly norwood
unley glenelg prospect
""")

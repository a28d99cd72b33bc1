"""Text to compare tokenizers on: every script, every kind of character, and what usually goes wrong. Always the same."""

import random
import unicodedata

SENTENCES = """
The quick brown fox doesn't jump over 13 lazy dogs; they've slept since 7:45 a.m., haven't they? I'd say we'll see.
"It's the U.S. dollar's worth (about $1,234.56)," she said - 'twas a well-known half-truth... isn't it?!
DON'T SHOUT, THEY'LL HEAR YOU'RE HERE. I'M SURE HE'D SAY IT'S OK. Y'all'd've come. it'ſ 'S 'LL're'Ve 'x '1 rock'n'roll O'Neill's
Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. Straße, STRASSE, ẞ.
Portez ce vieux whisky au juge blond qui fume ; l'été, où êtes-vous ? Ça alors, cœur et naïveté.
El pingüino Wenceslao hizo kilómetros bajo exhaustiva lluvia y frío; ¿añoraba a su querido cachorro? ¡Sí!
À noite, vovô Kowalsky vê o ímã cair no pé do pinguim queixoso e vovó põe açúcar no chá de tâmaras.
Quel vituperabile xenofobo zelante assaggia il whisky ed esclama: alleluja! Perché? Città, virtù.
Pchnąć w tę łódź jeża lub ośm skrzyń fig. Zażółć gęślą jaźń. Příliš žluťoučký kůň úpěl ďábelské ódy.
Árvíztűrő tükörfúrógép. Törkylempijävongahdus. Flygande bäckasiner söka hwila på mjuka tuvor.
Kæmi ný öxi hér, ykist þjófum nú bæði víl og ádrepa. Høvdingens kjære squaw får litt pizza i Mexico by.
Pijamalı hasta yağız şoföre çabucak güvendi. İstanbul'da IŞIK ılık. DİYARBAKIR ı i İ I
Съешь же ещё этих мягких французских булок, да выпей чаю. Чуєш їх, доцю, га? Ёлка и ёж.
Жълтата дюля беше щастлива, че пухът, който цъфна, замръзна като гьон. Љубазни фењерџија чађавог лица.
Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. ΟΔΥΣΣΕΥΣ, Ὀδυσσεύς, ᾈδης, ΐ και ΰ.
Զվարճախոս Շարաֆը գերադասում է խմել։ ვეპხის ტყაოსანი შოთა რუსთაველი ᲐᲑᲒ.
דג סקרן שט בים מאוכזב ולפתע מצא חברה. שָׁלוֹם עֲלֵיכֶם "צה״ל" ׳ה
نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر ومغلف بجلد أزرق. الْحَمْدُ لِلَّهِ ١٢٣٤٥
همه افراد بشر آزاد به دنیا می‌آیند و حیثیت و حقوقشان با هم برابر است. ۱۲۳۴۵ اُردُو زبان
ऋषियों को सताने वाले दुष्ट राक्षसों के राजा रावण का सर्वनाश करने वाले विष्णुवतार भगवान श्रीराम। क़ ख़ १२३
আমি তোমায় ভালোবাসি। ড় ঢ় য় ০১২ ਗੁਰਮੁਖੀ ਲਿਪੀ ਸ਼ ગુજરાતી ଓଡ଼ିଆ தமிழ் மொழி கொ ೧೨೩ ಕನ್ನಡ తెలుగు മലയാളം സിංහල
เป็นมนุษย์สุดประเสริฐเลิศคุณค่า กว่าบรรดาฝูงสัตว์เดรัจฉาน ๑๒๓ ນ້ຳ ຂຽນພາສາລາວ ភាសាខ្មែរ មន្ត្រី မြန်မာဘာသာ ၁၂၃
色は匂へど散りぬるを我が世誰ぞ常ならむ。ｶﾀｶﾅ カタカナ ガギグゲゴ パピプペポ、１２３ＡＢＣ「引用」
天地玄黃，宇宙洪荒。日月盈昃，辰宿列張。“中文”里没有空格；３．１４。𠀀𠜎𪜀𫝀𫠝龜豈﨑鿿㐀
키스의 고유조건은 입술끼리 만나야 하고 특별한 기술은 필요치 않다. 각갂갃 ㄱㄴㄷ ᄀᆞᆯ
ᠮᠣᠩᠭᠣᠯ བོད་སྐད་ལ། ༡༢༣ አማርኛ ፊደል ፩፪፫ ᏣᎳᎩ ᐃᓄᒃᑎᑐᑦ ᚠᚢᚦᚨᚱᚲ ꦧꦱꦗꦮ ᮞᮥᮔ᮪ᮓ ᬅᬓ᭄ᬱᬭ ⵜⴰⵎⴰⵣⵉⵖⵜ ߒߞߏ
Tiếng Việt: Chữ Quốc ngữ ặ ậ ễ ộ ử; Hawaiʻi, ʼOkina, Māori kōrero, Yorùbá ọ̀rọ̀, Ɣ ɓ ɗ ŋ
x² + y₂ = ½·¾ ± ∞ ≠ √2 → ⇒ ∀x∈ℝ, ∑ᵢ aᵢ ≤ ∫ e^{-x²} dx; Ⅷ ⅳ ① ㊿ ㎏ 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚𝟛 ª º ℃ № ™
👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 🇺🇳🇩🇪🇯 ☺️ ❤️‍🔥 🤷🏿‍♀️ 1️⃣ #️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🧑‍🚀 😀😃😄
def f(x, *, y=0x1F): return {"a": [x**2, 'it''s', b"\\x00"]} # TODO(me): don't!  -> /usr/lib/x86_64 C:\\Temp\\a.b
https://example.org/path_to/page?q=a%20b&lang=en#frag user.name+tag@mail.example.co.uk 192.168.0.1:8080 v1.2.3-rc4
AfriKaaNS iPhone4S McDonald's e-mail co-operate 20th 1990's '90s 3'4" 5m² 10^6 a/b/c <b>bold</b> &amp; [MASK] [UNK]
<|endoftext|> <s>x</s> <pad> [CLS][SEP] <unk> ▁under▁score Ġ Ċ ## ##ing #hashtag @user _under_score_ ---- **** ____
""".strip().split("\n")

SPACES = [" ", "  ", "\t", "\n", "\r\n", "\n\n", " \n ", "\u00a0", "\u3000", "\u2009", "\u2028", "\u0085", "\u1680", "\v", "\f"]
ODD = [chr(c) for c in [*range(0x20), 0x7F, 0x85, 0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060,
                        0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF, 0xFFF9, 0xE000, 0xF8FF, 0x10FFFD, 0x1FFFE, 0xE0001, 0x378]]


def assigned():
    """Every code point with a character, except surrogates."""
    return [c for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs")]


def noise(rng, characters, count):
    """Characters at random, in stretches of similar ones, with blanks between."""
    out = []
    while len(out) < count:
        first = rng.randrange(len(characters))
        for _ in range(rng.randint(1, 10)):
            out.append(chr(characters[min(first + rng.randrange(40), len(characters) - 1)]))
        out.append(rng.choice(SPACES) if rng.random() < 0.6 else rng.choice(["", "a", "'s", "1", ".", "\u0301"]))
    return "".join(out)


def text(seed=1):
    """About 1.3 MB of UTF-8."""
    rng = random.Random(seed)
    lines = []
    for _ in range(60):
        for sentence in SENTENCES:
            words = sentence.split(" ")
            kind = rng.randrange(8)
            if kind == 0:
                sentence = unicodedata.normalize("NFD", sentence)
            elif kind == 1:
                sentence = unicodedata.normalize("NFC", sentence)
            elif kind == 2:
                sentence = sentence.upper()
            elif kind == 3:
                sentence = sentence.title()
            elif kind == 4:
                rng.shuffle(words)
                sentence = rng.choice(SPACES).join(words)
            elif kind == 5:
                at = rng.randrange(len(sentence))
                sentence = sentence[:at] + rng.choice(ODD) + sentence[at:]
            elif kind == 6:
                sentence = "".join(c + rng.choice(["", "", "", "", "'s", " ", "\u0301", "\u200d"]) for c in sentence)
            lines.append(sentence + rng.choice(["\n", "\n\n", " ", "\r\n", "   \n", "\t"]))
    lines.append(noise(rng, assigned(), 120_000))
    lines.append(noise(rng, [c for c in assigned() if c < 0x3000], 60_000))
    for c in ["a", " ", "\n", "\t", ".", "'", "1", "é", "語", "👍", "\u0301", "\u3000", " a", "a ", "ab", "가"]:
        for length in (1, 2, 3, 99, 100, 101, 102, 5000):
            lines.append(c * length + rng.choice(["", " ", "\n", "x", "'s"]))
    return "".join(lines)


def damaged(clean, seed=2):
    """`clean` as bytes, of which some were changed, lost or cut off: much of it is not UTF-8 any more."""
    rng = random.Random(seed)
    data = bytearray()
    for line in clean.encode().split(b"\n"):
        whole, line = line, bytearray(line)
        for _ in range(rng.randrange(4) if line else 0):
            at = rng.randrange(len(line))
            kind = rng.randrange(4)
            if kind == 0:
                line[at] = rng.randrange(256)
            elif kind == 1:
                del line[at : at + rng.randint(1, 3)]
            elif kind == 2:
                line[at:at] = rng.choice([b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\xf0\x9f\x98", b"\x80"])
            else:
                line = line[:at]
            if not line:
                break
        # Characters that Python does not know may be letters to one library and not yet to another.
        new = set(line.decode("utf-8", "replace")) - set(whole.decode())
        data += (whole if any(unicodedata.category(c) == "Cn" for c in new) else line) + b"\n"
    return bytes(data)


def every_character():
    """Every character, beside letters, digits, spaces and itself; a few of those that are there by the thousand."""
    out = []
    for code in assigned():
        c = chr(code)
        many = unicodedata.category(c) == "Co" or 0x3400 <= code < 0xD7A4 or 0x17000 <= code < 0x19000 or code >= 0x20000
        if not many or code % 50 == 0 or unicodedata.name(c, "").startswith("CJK COMPATIBILITY"):
            out.append(f"a{c}b {c} 1{c}{c}\n")
    return "".join(out)

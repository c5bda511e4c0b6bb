"""What people are called for short in the United States, and the names that it can stand for."""

_GROUPS = """
abigail abby gail
albert al bert
alexander alex alec sandy
alexandra alex lexi sandra
alfred al fred
andrew andy drew
anthony tony
antonio tony toni
barbara barb babs
benjamin ben benny
catherine kathy cathy kate katie cate kitty
charles charlie chuck chas
christine chris tina chrissy
christopher chris topher
daniel dan danny
david dave davy
deborah deb debbie
donald don donny
dorothy dot dottie dolly
edward ed eddie ted ned
eleanor ellie nell nora
elizabeth liz beth betty betsy eliza lizzie bess libby
evelyn evie
florence flo flossie
frances fran frannie
francis frank
francisco paco pancho frank
frederick fred freddie
gerald gerry jerry
gregory greg
guadalupe lupe lupita
harold hal harry
helen nell
henry hank harry
isabel bella izzy
jacob jake
jacqueline jackie
james jim jimmy jamie
jeffrey jeff
jennifer jen jenny
jessica jess jessie
john jack johnny jon
jonathan jon jonny
jose pepe
joseph joe joey
josephine jo josie
joshua josh
judith judy
katherine kathy kate katie kay kitty
kenneth ken kenny
kimberly kim
lawrence larry
leonard leo len lenny
louise lou
margaret maggie meg peggy marge margie rita
maria mary
martha patty marty
matthew matt
michael mike mikey mick
mildred millie
nancy nan
nathaniel nathan nate nat
nicholas nick nicky
pamela pam
patricia pat patty trish tricia
patrick pat paddy
peter pete
philip phil
raymond ray
rebecca becky becca
richard rick dick rich ricky
robert bob bobby rob robbie bert
ronald ron ronnie
rosemary rose rosie
ruth ruthie
samuel sam sammy
sandra sandy
sarah sally sadie
stephanie steph
stephen steve
steven steve
susan sue susie
teresa terry tess
theodore ted theo teddy
theresa terry tess
thomas tom tommy
timothy tim
victoria vicky tori
vincent vince vinny
virginia ginny
walter walt wally
william bill will billy willie liam
zachary zach zack
"""
_BY_NAME: dict[str, set[str]] = {}
for _group in _GROUPS.split("\n"):
    _full, *_short = _group.split() or [""]
    for _name in _short:
        _BY_NAME.setdefault(_full, set()).add(_name)
        _BY_NAME.setdefault(_name, set()).add(_full)


def also_called(name: str) -> tuple[str, ...]:
    """The short forms of a folded full name, or the full names that a short form stands for."""
    return tuple(sorted(_BY_NAME.get(name, ())))

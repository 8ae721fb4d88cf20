"""What else a nano sentence can say: haste, mood, time, size, worth and sureness, each as classes of phrases.

A trait is `name: (class, class, …)`; a class is `labels | phrase; phrase; …` and `{a|b}` picks one alternative. The
phrases are ours. How urgent a ticket of the triage sample sounds is part of the world that nano knows, under labels of
its own; what the ticket is about is not: those wordings are kept apart (`nano_rows.kept_apart`).
"""

from .triage_words import HASTE, PRIORITIES, WORDINGS

_SAMPLE_HASTE = [";".join(HASTE[wording][priority] for wording in WORDINGS) for priority in PRIORITIES]

TRAITS: dict[str, tuple[str, ...]] = {
    "haste": (
        "urgent red critical now|this is {urgent|an emergency|critical|very urgent};{please|you must} "
        "{act|help|answer|come} {now|at once|immediately|right away|this minute};every {minute|hour} "
        "{counts|costs us money|we lose {money|orders|sales}};{everything|our shop|the whole team|all "
        "work|production} {is down|is blocked|stands still|has stopped};we {cannot|can not} "
        "{wait|work|sell|go on} {any longer|at all|until it is fixed};{nobody|no one} {here can work|in the "
        "office can go on};it must be {done|solved|fixed} {today|within the hour|before noon|before "
        "tonight};asap {please|now};our {deadline|launch|event} is {today|in one hour|tonight};"
        "{customers|clients|guests} are {leaving|angry and waiting};we {have lost|are losing} "
        "{sales|data|time|guests};{drop|stop} {everything|other work} and {help|call|answer} us;"
        "{call|phone} {us|me} {now|at once|this minute};{hurry|quick} please;{no|not one} {order|sale|user} "
        "{gets through|goes on};we are {in trouble|completely stuck|down};{it burns|the house is on fire};"
        "fix it {now|today|immediately};right now we can do nothing;the {boss|whole office} is waiting;"
        "{please|you must|somebody must} {react|come|decide|repair it|solve it} {now|at "
        "once|immediately|right now|today|tonight|this hour};{the shop|our site|the factory|the "
        "office|every machine|the line} is {down|offline|dead|closed|at a stop} {now|again|completely|since "
        "an hour};{it|the matter} {can|must|may} not {wait|take} {any more|an hour|until tomorrow};we "
        "{lose|risk} {clients|customers|guests|orders|our jobs} {right now|by the minute|today};"
        "{clients|users|people} {run away|go to others|are shouting|are furious};the "
        "{deadline|launch|opening|show} is {near|in minutes|this evening|today};{in|within} {one|two} "
        "{hours|hour} {we open|it is too late|all is lost};{nobody|nothing|no one|not one of us} {can "
        "work|moves|is possible|gets done} {now|here|at the moment};{very|most|highly|extremely} "
        "{urgent|critical|serious|pressing};an {emergency|alarm|immediate answer} {here|please|for us};"
        "{hurry|be quick|be fast|run} {please|now|or we lose};{top|highest} {urgency|alert|level};we "
        "{need|want|beg for} help {now|at once|today}"
        ";" + _SAMPLE_HASTE[0],
        "normal amber soon usual|{please|kindly} {reply|answer|look} {this week|in a few days|in the coming "
        "days|by friday|by thursday};it {should be|ought to be} {done|solved|fixed} {soon|this week|in some "
        "days};it {slows|delays|disturbs} {us|our work|my day} {a little|somewhat|a bit};"
        "{tomorrow|friday|the end of the week} {is fine|is early enough|would be good};we {can "
        "work|manage|get by} {around it|for a few days|for now};please do not {forget it|wait too long};"
        "{only one|part} of {us|the team} {is touched|is affected|has it};it is {annoying|a nuisance} but "
        "{we cope|we go on|bearable};{monday|tuesday|wednesday} {is fine|is okay|works for us};within "
        "{two|three|five} days;{before|by} {monday|next week|saturday} please;sometime {this week|in the "
        "week};{some|a few} of us {have|see} it;it makes {us|our work|my day} {slower|harder};we "
        "{live|work} with it for {some time|now};a {normal|usual} case;{mildly|a bit|somewhat} "
        "{annoying|slow|delayed};an answer {soon|tomorrow|in a day or two} {helps|is good|is fine};{a "
        "reply|an answer|help|a solution|news} {this week|next week|in a few days|in some days|by "
        "thursday|by friday|tomorrow} {is good|is okay|will do|would suit me|is enough};"
        "{please|kindly|could you} {look|check|reply|answer|repair it} {before the weekend|by the "
        "weekend|until friday|in the next days|within a week};{it is|we find it} {a nuisance|a bother|a bit "
        "slow|somewhat slow|unpleasant|a little annoying} {for us|here|at times};{the work|everything|our "
        "team} is {slower|delayed|a bit late|held up} {a little|somewhat|by it};{some|part|half|a few} of "
        "{us|the users|my team} {are affected|have trouble|see it};we {get by|cope|manage|carry on} {until "
        "then|for some days|a while|this week};{i|we} {expect|await|hope for} {an answer|a reply|it} {this "
        "week|soon|in time|by the weekend};{friday|thursday|monday|the weekend} {would be good|suits us|is "
        "soon enough};{within|in} {a few|some|several} days;{middling|moderate|medium|ordinary} "
        "{urgency|pressure|alert}"
        ";" + _SAMPLE_HASTE[1],
        "calm green relaxed later|{there is no|no} {hurry|rush|haste|pressure};take {your time|all the time "
        "you need};{whenever|when} you {have time|find a moment|get to it|are free};it {can wait|is not "
        "important|is a small thing|is only a detail};{some day|next month|next year|any time} {is "
        "fine|will do|is soon enough};just {curious|asking|a small question|a thought};not "
        "{urgent|important|pressing} {at all|for us};i am {only|just} {wondering|asking out of interest};it "
        "{does not bother|hardly touches} {us|me};low on {my|our} list;{maybe|perhaps} later;{no need "
        "to|you need not} {rush|hurry|worry};in your own time;one of these {days|months};some other day;"
        "only if you {like|want|have time};nice to know but {not needed|it can wait};{no|without} "
        "{stress|pressure|deadline};{a minor|a tiny|an idle} {point|question|matter};we {are patient|can "
        "wait {long|for weeks}};it has {no|little} {weight|importance};{next|in the} {spring|summer|winter} "
        "is early enough;{please|you may} {take it slowly|relax|answer later|do not hurry};{no|not "
        "any|never a} {hurry|rush|haste|stress} {here|with this|for me|on our side};{i|we} "
        "{ask|write|wonder} {from interest|out of interest|to learn|for no reason};{answer|reply|do it} "
        "{any time|later|whenever it suits|when you are free|if you like};{some time|one day|later} {this "
        "year|next year|next month|in spring};{we|i} have {lots|plenty|enough|all the} {of|more} time;{it "
        "is|this is|really} {unimportant|a detail|a trifle|only a wish|minor|of no weight};"
        "{only|just|merely} {a detail|a trifle|a note|interest|an idea};{nothing|not} "
        "{urgent|serious|pressing} {here|today|in it};it {may|can|could} {wait|rest|sleep} {a while|for "
        "months|as long as you like};{leave|keep|put} it for {later|another day|a quiet day};"
        "{lowest|low|least} {urgency|level|alert};we are {in no hurry|relaxed|patient|fine with waiting}"
        ";" + _SAMPLE_HASTE[2],
    ),
    "mood": (
        "happy glad joyful smile|i am {so happy|very glad|delighted|thrilled};{thank you|thanks} {so much|a "
        "lot|for all};what a {lovely|great|wonderful} {day|surprise|service};we {love|enjoy|adore} it;"
        "{great|good|excellent} {work|job};it made {me|us} smile;we would {come|do it} again",
        "angry furious cross mad|i am {furious|very angry|fed up|outraged};this is {a scandal|a "
        "disgrace|outrageous};how dare you;{worst|never such bad} {service|work} ever;i {demand|insist on} "
        "{an excuse|an answer};shame on you;i have had enough",
        "sad worried afraid unhappy|i am {sad|worried|afraid|in despair|close to tears};it "
        "{scares|worries|saddens} {me|us};i {cried|hardly slept} {last night|about it};we {fear|dread} the "
        "worst;what a {pity|sad thing};i miss {it|them} so much",
        "neutral plain even dull|it was {okay|average|so so|nothing special|as usual};i have no "
        "{opinion|strong view};just {telling|informing} you;{neither|not} good {nor bad|and not bad};we "
        "{noticed|noted} it",
    ),
    "time": (
        "morning dawn early|{this|in the|every} morning;at {dawn|sunrise|six o'clock};before breakfast;just "
        "after waking up",
        "evening night late|{this|in the|every} evening;at {night|midnight|sunset};after dinner;before going to bed",
        "noon midday lunch|at {noon|midday|lunch time};around twelve;during lunch;in the middle of the day",
    ),
    "size": (
        "tiny small little|it is {tiny|very small|little|no bigger than a coin};so {short|thin|light};fits "
        "in {a hand|a pocket}",
        "huge large big|it is {huge|very big|large|giant|as big as a house};so {tall|wide|heavy};fills {a "
        "hall|the whole room}",
    ),
    "worth": (
        "good positive yes plus|{i|we} {liked|enjoyed|loved|praise} it;it was {perfect|great|excellent|a "
        "joy|well done};highly recommended;{better|nicer} than {expected|hoped};we were {pleased|impressed};"
        "five stars",
        "bad negative no minus|{i|we} {hated|disliked|regret} it;it was {awful|poor|terrible|a mess|badly "
        "done};not recommended;{worse|uglier} than {expected|feared};we were {let down|disappointed};one "
        "star",
    ),
    "sure": (
        "certain sure fact|i am {sure|certain|convinced};{no doubt|without doubt|definitely};i saw it "
        "{myself|with my own eyes}",
        "maybe unsure guess|{perhaps|maybe|possibly};i am not {sure|certain};i {guess|suppose|might be "
        "wrong};hard to say",
    ),
}

OPENERS = "hello;hi;good day;dear team;hi there;excuse me;hey;hello everyone;sorry;dear sir;well;so;now"
CLOSERS = "thanks;thank you;regards;best wishes;bye;see you;cheers;yours;many thanks;kind regards"
PEOPLE = (
    "ana;ben;carla;david;emma;felix;grace;hugo;ida;jonas;karin;leo;maria;nils;olga;paul;rosa;simon;tina;"
    "viktor;wanda;yusuf;zoe;amir;bella;chen;dora;eli;fatima;george;hana;ivan;julia;kofi;lena;marco;nora;"
    "oscar;petra;ravi;sara;tom;uma;vera"
)
PLACES = (
    "paris;london;berlin;rome;madrid;oslo;vienna;lisbon;tokyo;cairo;delhi;lima;boston;dublin;prague;athens;"
    "zurich;warsaw;quebec;sydney"
)
COUNTED = (
    "days;nights;hours;weeks;months;people;guests;boxes;pages;rooms;times;items;years;minutes;tickets;"
    "orders;users;copies;bottles;chairs;children;seats;meters;steps"
)
GENERIC_STATES = (
    "is {wrong|missing|gone|strange|different|ready|new|old|fine|not right|the problem};"
    "{surprised|puzzled|bothers|worries} {me|us};{changed|came|went|happened} {today|yesterday|again|last "
    "week};{looks|seems} {odd|good|bad|fine|the same};was {forgotten|found|mentioned|lost} {yesterday|by "
    "us|again}"
)
FRAMES = (
    "my {T} {S};the {T} {S};our {T} {S};this {T} {S};a {T} {S};i want to {D};we {want|need|have|like|hope} "
    "to {D};how {can|do|should} i {D};i {tried|failed|managed|forgot} to {D};please let me {D};it is about "
    "{the|my|a} {T};{i have|there is} a question about the {T};the {T} and the {T} {G};can you "
    "{check|explain|look at} the {T};{i think|we saw that|it seems} the {T} {S};it {S};{why is|where "
    "is|what about} the {T};the {T} {G};no {T} here;{that|one more} {T} {S}"
)
KEYS = (
    "topic;area;subject;field;theme;kind;group;sort;class;type;domain;branch;label;about;tag;mood;tone;"
    "feeling;spirit;speed;pace;haste;alert;level;when;time;hour;size;scale;opinion;view;verdict;rating;sure;"
    "trust;count;number;total;many;quantity;name;who;person;place;where;city;code;ref;result;answer;value;"
    "item;flag;mark;status;state;team;desk;route;next;step;a;b;x;y;key;first;second"
)

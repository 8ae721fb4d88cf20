"""The world that nano reads about: subjects with their words.

Every entry is our own writing: `labels | things | doings | states`. A thing fits "my …", a doing fits "I want to …",
a state fits "it …". `{a|b}` picks one alternative, so a short line stands for many sentences.
"""

DESK_SUBJECTS = 6

SUBJECTS: tuple[str, ...] = (
    "money finance payment cost|invoice;bill;charge;fee;price;receipt;payment;credit card;bank transfer;tax "
    "line;discount;refund;balance;amount;deposit|pay {the bill|by card|the fee|in cash};get {money|the "
    "fee|the amount} back;see a receipt;correct the {amount|tax|total}|was {charged|billed|taken|paid} "
    "{twice|again|too high|by mistake};costs {more|less} than {agreed|promised|before};shows the wrong "
    "{amount|sum|tax|price};was paid {last month|in cash}",
    "login profile access identity|password;login;user name;sign in page;profile;email address;security "
    "code;account;permission;key;access right;second factor;member name|sign in;log in {again|from my "
    "phone};reset {the code|my password};change {my name|my address|the profile};open my profile|is locked;"
    "is {refused|rejected|blocked};does not accept my {code|name|password};has {expired|vanished from the "
    "list};belongs to {another user|a colleague}",
    "crash error defect software|app;screen;button;page;program;menu;update;search box;report;window;server;"
    "link;file;form;website;browser;export|{open|load|save|print} the {file|page|report};press the button;"
    "use the {search|menu|form};start the {app|program}|{crashes|freezes|hangs|stops} {often|at once|on "
    "every click|after a minute};shows {an error|nothing|a blank page|strange signs};does not "
    "{load|respond|open|work|save};is {broken|very slow|empty}",
    "parcel post transport courier|parcel;package;box;order;delivery;courier;letter;shipment;tracking "
    "number;driver;envelope;warehouse;pallet;delivery date|{track|receive|send|return} the "
    "{parcel|order|box};change the delivery {address|date};collect a package|has not {arrived|come|left the "
    "warehouse};came {late|damaged|wet|open};is {lost|stuck in transit|on the way};went to the wrong "
    "{house|street|city|door}",
    "leaving ending goodbye exit|contract;subscription;membership;plan;renewal;trial;agreement;notice "
    "period;term|{end|stop|quit|leave|close} {the contract|my plan|the membership|our trial};leave {you|the "
    "service|for good};not renew {it|this year|the plan}|ends {this month|soon|next week};will not be "
    "{renewed|continued};should {stop|end|run out};is no longer {needed|wanted|used}",
    "idea wish proposal suggestion|idea;wish;proposal;suggestion;improvement;option;dark colour;new view;"
    "shortcut;feature;extra column;calendar view;template|{suggest|propose|add|ask for} {a new option|an "
    "idea|one more view|a shortcut};have {a dark colour|more languages|a calendar view}|would be "
    "{nice|useful|handy|great} to have;could {help|support} {many people|other teams|our work};is missing "
    "from {your product|the list of options}",
    "room bedroom lodging stay|room;bed;pillow;blanket;shower;bath;window;balcony;towel;curtain;mattress;"
    "lamp;wardrobe|{sleep|rest|stay} {well|longer|here};{open|close} the window;take a shower|was "
    "{clean|dirty|dusty|too small|cold|warm};had {no view|a bad smell|stains|a sea view};was "
    "{comfortable|hard|soft}",
    "food meal kitchen taste|breakfast;dinner;soup;bread;cheese;coffee;egg;salad;rice;fish;cake;fruit;pasta;"
    "tea;sauce|{eat|cook|order|taste} {the soup|breakfast|some cake|dinner};drink {coffee|tea};bake "
    "bread|tasted {fresh|bitter|salty|sweet|old};was {cold|burnt|delicious|raw|served late};had too much "
    "{salt|sugar|oil}",
    "staff people service team|waiter;cook;clerk;guard;manager;host;porter;cleaner;nurse;helper;colleague;"
    "guide|{thank|ask|call|greet} the {clerk|host|waiter|manager};talk to {the guide|a person}|was "
    "{friendly|rude|kind|polite|helpful|lazy};{smiled at|ignored|helped|welcomed} {us|me|everybody};never "
    "{listened|answered|came back}",
    "noise sound quiet hearing|noise;alarm;music;neighbour;engine;bell;traffic;party;hammer;barking;voice;"
    "drum|{hear|bear|stop} {the noise|that bell|the music};listen to {the radio|birds}|was "
    "{loud|quiet|silent|too noisy};kept {us|me} awake;rang {all night|at dawn|for hours};could be heard "
    "{everywhere|through the wall}",
    "weather sky climate season|rain;snow;wind;storm;sun;cloud;fog;ice;thunder;frost;heat;"
    "rainbow|{watch|fear|expect} {the storm|rain|snow};walk in the {sun|rain|fog}|fell {all day|on the "
    "hills};blew from the {north|west};was {heavy|mild|freezing|bright};melted by {noon|evening}",
    "sport game match fitness|football;tennis;race;goal;match;player;coach;ball;team shirt;stadium;medal;"
    "referee|{run|swim|train|jump} {fast|every day|with the team};{win|lose|watch} the "
    "{match|race|cup}|{won|lost} {the cup|by two goals|the final};ended in a draw;trained {hard|daily};"
    "broke the record",
    "school lesson study learning|teacher;pupil;lesson;exam;homework;pencil;classroom;essay;grade;library;"
    "textbook|{learn|study|read} {maths|history|for the exam};{write|finish} the essay;teach a class|was "
    "{too hard|easy to learn|cancelled by the teacher};got {good marks|a poor grade};taught us "
    "{maths|history|spelling}",
    "health body medicine doctor|doctor;fever;cough;tooth;knee;pill;hospital;headache;wound;clinic;throat;"
    "back pain|{see|visit|call} {a doctor|the clinic};take {a pill|medicine};heal the "
    "wound|{hurts|aches|bleeds|itches} {badly|a little|at night};was {swollen|healed|treated|infected};"
    "needs {rest|a bandage|surgery}",
    "animal pet wildlife zoo|dog;cat;horse;cow;bird;rabbit;sheep;goat;puppy;kitten;hen;fox;"
    "turtle|{feed|walk|wash|pet} the {dog|cat|horse|rabbit};ride a horse|{barked|ran away|slept} {in the "
    "yard|all day};has {soft fur|sharp teeth|a long tail|four legs};ate {grass|its food|a mouse}",
    "garden plant flower farming|rose;tree;grass;seed;leaf;tomato;hedge;soil;tulip;apple tree;fence;weed;"
    "pot|{plant|water|cut|grow} {the roses|a tree|the hedge|tomatoes};dig the soil|{bloomed|grew|withered} "
    "{in spring|this year|quickly};needs {water|light|more soil};is full of {leaves|insects|flowers}",
    "travel trip holiday journey|ticket;flight;train;passport;suitcase;hotel;map;beach;tour;airport;visa;"
    "island;ferry|{book|plan|miss} {a trip|the flight|a tour};fly {abroad|home|to the island};pack a "
    "suitcase|left {without us|on time|at gate nine};was {delayed|fully booked|overbooked};goes to the "
    "{coast|mountains|capital}",
    "car vehicle driving road|car;tyre;brake;motor;wheel;truck;bus;lorry;petrol;bumper;van;gear box;"
    "headlight|{drive|park|repair|wash} the {car|van|truck};change a tyre;fill the tank|has {a flat "
    "tyre|new brakes|a dent};{stalled|broke down} on the {road|bridge|motorway};uses {much|little} "
    "{petrol|oil}",
    "home house building repair|roof;wall;door;stairs;pipe;sink;heater;floor;ceiling;tap;kitchen tile;"
    "chimney|{paint|fix|build|mend} the {wall|roof|door|fence};clean the floor|{leaks|drips|squeaks} "
    "{again|at night};is {cracked|rotten|freshly painted};needs a {plumber|carpenter|new coat of paint}",
    "clothes fashion dress wear|shirt;coat;shoe;hat;dress;jacket;sock;belt;scarf;trousers;glove;sleeve;"
    "skirt|{wear|sew|iron|wash} {a shirt|the dress|my coat};try on shoes|{fits|suits} me {well|badly};is "
    "{too tight|too long|made of wool|out of fashion};has {a hole|two pockets|a torn sleeve}",
    "music concert song instrument|song;guitar;piano;violin;band;singer;choir;concert;album;drummer;melody;"
    "flute|{play|tune|hear} the {guitar|piano|violin};sing {a song|in the choir}|sounded {sweet|out of "
    "tune|wonderful};was played {twice|live|on stage};sold {many records|every seat}",
    "book story reading author|novel;poem;chapter;author;tale;diary;hero;library card;comic;bookshop;verse;"
    "cover|{read|write|borrow} {a novel|a poem|the tale};turn the page|tells of {a hero|a king|lost love};"
    "was written by {a poet|my aunt};has {ten chapters|a sad ending|a blue cover}",
    "science space physics research|planet;star;rocket;atom;moon;telescope;comet;laser;galaxy;experiment;"
    "magnet;microscope|{study|measure|observe} {the moon|a star|an atom};launch a rocket|orbits {the "
    "sun|the earth};was {discovered|measured|tested} {by chance|in the lab};consists of {gas|iron|dust}",
    "law court crime police|judge;lawyer;thief;trial date;witness;prison;verdict;crime;police officer;"
    "evidence;fine;jury|{sue|accuse|defend} {the thief|my client};call the police;break the law|was "
    "{stolen|arrested|found guilty};was heard in court;pleaded {guilty|not guilty}",
    "work job office career|boss;salary;meeting;desk;interview;shift;contract work;holiday request;printer;"
    "office chair;promotion|{hire|train|pay} {staff|a new clerk};attend the meeting;apply for a job|was "
    "{promoted|hired|fired};starts at {eight|nine};works {overtime|from home|part time}",
    "family child parent wedding|mother;father;baby;uncle;sister;brother;grandmother;cousin;son;daughter;"
    "wife;husband|{visit|hug|marry} {my aunt|her cousin|the bride};raise a child|was born {in may|last "
    "night};got {married|engaged|a baby};looks like {his father|her sister}",
    "phone computer device hardware|laptop;phone;battery;keyboard;charger;cable;camera;headphones;tablet;"
    "monitor;speaker;mouse pad|{charge|buy|switch on} {the laptop|a phone|the camera};plug in the cable|has "
    "{a cracked screen|a weak battery};gets {hot|very warm};needs a new {charger|cable|battery};does not "
    "switch on",
    "film theatre cinema actor|film;actor;scene;cinema;comedy;drama;ticket booth;stage;director;popcorn;"
    "trailer;actress|{watch|film|direct} {a comedy|the scene};buy popcorn|made {me|us} {laugh|cry};ran for "
    "{two|three} hours;was {boring|thrilling|badly acted};stars {a famous actor|twins}",
    "water river sea swimming|pool;river;lake;wave;boat;sea;harbour;sail;fishing net;lifeguard;pond;diving "
    "board|{swim|dive|fish} in the {pool|lake|sea};row a boat|was {deep|shallow|full of algae|crowded};"
    "flows to the {sea|south};smelled of {chlorine|salt|mud};sank {near the harbour|slowly}",
    "shop market store buying|shop;cashier;basket;shelf;sale;market stall;bargain;trolley;customer;"
    "supermarket;counter;gift card|{buy|sell|compare} {goods|a gift|apples};queue at the counter|was {sold "
    "out|on sale|closed on monday};opens at {seven|ten};offers {bargains|free samples}",
    "city street town traffic|square;bridge;tower;tram;pavement;street lamp;crossing;mayor;town hall;museum;"
    "suburb;fountain|{cross|visit|leave} the {square|bridge|town};take the tram|was {built|opened} {long "
    "ago|last year};is {crowded|lit at night|closed to cars};stands {near the river|in the centre}",
    "internet network connection wifi|router;wifi;signal;modem;network;cable line;hotspot;download;mobile "
    "data;antenna|{connect to|restart|join} the {wifi|network|router};download a film|{drops|cuts out} "
    "{every hour|in the evening};is {weak|fast|unstable|offline};reaches {only the hall|every room}",
)

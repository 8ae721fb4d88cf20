"""The wording of the triage sample: three sets that share a world but no run of four words.

`train` teaches, `validation` is for choosing hyper-parameters, `heldout` is looked at once, to score. `{a|b}` picks one
alternative. Everything here is our own writing.
"""

WORDINGS = ("train", "validation", "heldout")
CATEGORIES = ("billing", "account", "bug", "shipping", "cancellation", "feature")
PRIORITIES = ("high", "medium", "low")

PROBLEMS: dict[str, dict[str, str]] = {
    "train": {
        "billing": "i was charged twice for {march|one order|the same thing};the {invoice|bill} shows {a "
        "wrong amount|the wrong tax|too much};your {fee|price} is higher than {agreed|promised};where is "
        "the receipt for my payment;please refund the {deposit|amount|extra charge};my {credit card|bank} "
        "was billed {again|by mistake};the discount is not on my {invoice|receipt};i paid {too much|the "
        "bill} and want my money back;our {bank transfer|payment} is not on the balance;why did the "
        "{cost|total} {rise|go up};the {tax line|price} on the invoice is wrong;we need a corrected "
        "{bill|invoice};your {charge|bill} is {too high|wrong};i need a {receipt|refund} for {may|the "
        "payment};somebody took money from my {card|bank} twice;the {amount|sum} i paid is not on the "
        "{receipt|balance};why does the {plan|service} cost {more|so much};please {correct|check} the "
        "{price|total} of my {bill|payment};a {fee|charge} appeared on my card;the {refund|deposit} is "
        "still missing",
        "account": "i forgot my {password|user name};the sign in page refuses my {code|password};my login "
        "is {locked|blocked};i want to change the {email address|name} of my profile;the security code "
        "never {works|reaches me};please reset my {password|second factor};a colleague needs access {to our "
        "profile|with my permission};my user is {missing|not known} when i log in;how do i give "
        "{permission|access} to a new member;i can not log in {with|from} my phone;our {account|profile} is "
        "under the wrong name;the {access key|password} has expired;i am locked out of my {profile|account};"
        "{log in|sign in} does not work with my {password|code};who has {access|permission} to our profile;"
        "please {unlock|open} my {account|user};my {login|name} is wrong in the profile;{change|reset} the "
        "{password|key} of my user;i can not {enter|get in} with the {code|key};a member lost the second "
        "factor",
        "bug": "the {app|program} crashes when i press the button;the {report|page} shows an error;your "
        "{website|app} freezes {after a minute|on every click};the search box finds nothing;i see a blank "
        "{page|window|screen};the {file|export} does not {open|load};saving a {form|file} gives an error;"
        "since the update the menu is broken;the {link|button} does not respond;the {screen|browser} hangs "
        "at start;your server answers with {an error|strange signs};the report is {very slow|broken} and "
        "stops;the {program|menu} shows a strange error;i {click|press} and {nothing happens|the app stops};"
        "your {page|browser page} does not {load|open};the {export|search} is broken {again|since monday};a "
        "{window|form} hangs when i save;the {app|site} is slow and {freezes|stops};there is a "
        "{defect|crash} in the {report|editor};an {empty|white} {screen|page} comes up",
        "shipping": "my parcel has not {arrived|come};the {box|package} came {damaged|wet|open};the "
        "tracking number does not move;the courier went to the wrong {house|street};where is my "
        "{order|shipment};the delivery is {late|lost};i want to change the delivery {date|address};half of "
        "the order is missing from the {box|parcel};the driver left the {package|letter} at a wrong door;"
        "the {pallet|envelope} is stuck in transit;please send the {parcel|box} again;our shipment never "
        "left the warehouse;my {order|letter} is {late|lost};the {courier|driver} did not {come|ring};when "
        "does my {package|delivery} arrive;the {parcel|box} is {torn|broken};we got the wrong {box|parcel};"
        "{track|find} my {shipment|order} please;the {warehouse|courier} sent {half|one box} only;bring the "
        "{package|delivery} to another {house|address}",
        "cancellation": "i want to {end|stop} my {subscription|membership};please {close|end} our contract;"
        "we will not renew the {plan|contract};how can i leave {the plan|your service};stop the renewal of "
        "my {plan|subscription};my trial should {end|run out} now;we quit {the agreement|our membership};i "
        "no longer need the {subscription|service};what is the notice period of {my|this} contract;do not "
        "continue my {membership|trial};we are leaving for good;please confirm the end of my "
        "{agreement|subscription};we {stop|end} the {service|plan} {this month|now};{cancel|terminate} my "
        "{trial|contract} please;i {quit|leave} {your service|the membership};the {subscription|agreement} "
        "should not go on;no {renewal|new term} for us please;{finish|close} my {membership|plan};we do not "
        "need your {service|plan} any more;i wish to exit the {membership|contract}",
        "feature": "please add a {dark colour|calendar view};i have {an idea|a wish|a proposal} for you;it "
        "would be nice to have {more languages|a shortcut};could you build {an option|a template} for the "
        "list;i suggest {an extra column|a new view};a shortcut {would help|would be handy};we propose {an "
        "improvement|a new option} for your product;i would love {a calendar view|more colours};have you "
        "thought of {a dark colour|new languages};one more column would be useful for our work;is there a "
        "plan for {a template|an option} like this;we wish for {a new feature|another view};can you "
        "{offer|add} {another colour|a new view};my {idea|thought} is {a list|a calendar|a shortcut};more "
        "{languages|options} would be {great|good};a {template|column} for {this|our work} is missing;we "
        "{would like|want} a {new option|better view};let me {suggest|propose} {a colour|a template};please "
        "{think about|build} {a calendar|a shortcut};an {improvement|option} i dream of is a sorted list",
    },
    "validation": {
        "billing": "you took the {payment|fee} from our bank two times;my {receipt|invoice} lists a charge "
        "i never made;can i get {the money|my deposit} returned;there is a mistake in the {tax|total} you "
        "billed",
        "account": "the password i type is {rejected|not accepted};someone changed my {login|user name};i "
        "need {a new|another} security code to enter;let my colleague into {our account|my profile}",
        "bug": "an error appears whenever {the form|a file} is opened;nothing happens after a click on "
        "{save|print};the program {stops|closes} by itself;your latest update broke {the export|my screen}",
        "shipping": "nobody delivered the {package|parcel} to us;the courier {lost|crushed} our box;tell me "
        "when the {order|shipment} will be here;the address on the {parcel|envelope} is wrong",
        "cancellation": "this is our last month of {membership|the contract};take me off the "
        "{subscription|plan};we do not wish to go on with the {contract|trial};i hereby end {the "
        "agreement|my subscription}",
        "feature": "what about {a template|a calendar view} in the next version;my proposal is {a new "
        "column|a darker screen};we miss {a shortcut|an option} in your product;think about adding "
        "{languages|a sorted view}",
    },
    "heldout": {
        "billing": "there are two charges for {april|the order} on my credit card;the {sum|amount} on your "
        "bill can not be right;{somebody|you} billed {us|me} a fee nobody agreed to;when will {the "
        "refund|my money} come back to my bank;our {april|last} invoice has {an error in the tax|a price "
        "that is too high};i {still wait for|never got} a receipt;the discount {you promised|we agreed on} "
        "was not taken off the price;my {payment|deposit} is not in your {books|balance}",
        "account": "{logging in|signing in} fails although the password is right;please unlock my "
        "{login|profile};the {code for the second factor|new password} is not accepted;my email address in "
        "the profile is {old|wrong};i lost {the key to|access to} my profile;{a new|another} member of our "
        "team needs a login;your sign in page says that {i am blocked|my user name is unknown};which "
        "{permission|password} do i need to get in",
        "bug": "when we {open|load} the report an error comes up;the menu {disappears|breaks} after the "
        "update;{pressing|clicking} the button does nothing at all;our {browser|program} hangs as soon as "
        "{the page|your form} loads;the app {shuts down|crashes} {every time|again and again};all i get is "
        "{a white|an empty} window;the export {stops half way|makes a broken file};the search is {so "
        "slow|stuck} that the page freezes",
        "shipping": "we are still waiting for {the|our} {parcel|package};the driver never {came|rang} with "
        "my order;{tracking|the tracking page} says the box is lost;our {package|delivery} was "
        "{crushed|torn} when it came;you sent the shipment to {my old address|another city};can the courier "
        "come {on a later date|to the office};one {box|pallet} of our order did not arrive;has my "
        "{letter|package} left your warehouse yet",
        "cancellation": "we have decided to {leave|quit};{take|consider} this as the end of our "
        "{contract|plan};my {subscription|membership} must not be renewed;{i would like|we hope} to get out "
        "of the {contract|agreement};after the trial we {do not want to|will not} go on;please stop "
        "{everything and end the plan|my membership};i am ending {the subscription|the agreement} with you;"
        "tell me how to {quit|terminate} the {plan|membership}",
        "feature": "my wish is {a dark view|another colour};your product could use {a calendar|a template};"
        "a way to {sort|group} the columns would be great;{here is|may i send} an idea for the next version;"
        "why not {build|add} {a list of shortcuts|more languages};can we get {a new column|an extra view} "
        "some day in your product;our team {suggests|proposes} a new {template|shortcut};i {dream of|would "
        "like to see} {an improvement|more options} in the list",
    },
}

HASTE: dict[str, dict[str, str]] = {
    "train": {
        "high": "this is {very urgent|an emergency|critical};we can not work {until this is solved|at all};"
        "please {act|help} {now|at once|immediately};our whole team is blocked;we lose "
        "{customers|money|orders} every {hour|minute};everything stands still;our {launch|event} is "
        "{today|tonight};all work has stopped {here|for us};i need an answer within the hour;nobody in the "
        "office can go on;it must be solved today;asap please;{come|call} {now|today} please;we are "
        "{losing|about to lose} {sales|data|clients};{all|most} of our users are {angry|stuck};it "
        "{stops|blocks} {everything|every order|all of us};we need a {fix|solution} {today|now|this hour};"
        "the {whole company|site} is {closed|dead} because of it;it is {extremely|terribly} "
        "{urgent|serious};no {order|sale|customer} gets through;we have to {deliver|open|start} in "
        "{two|three} hours;hurry {up|please};our {guests|users|clients} {complain|go away} {already|every "
        "minute};a {serious|critical} problem for {us|everybody};do it {immediately|right away};one more "
        "hour and we lose {the contract|money};the boss wants it {now|solved at once};i can not do anything "
        "{now|until then};it is {burning|an alarm};{everybody|the office} is {waiting|stuck} now",
        "medium": "please reply this week;it {slows|delays} our work a little;an answer by "
        "{friday|thursday} would be fine;we can work around it for {some days|now};it should be solved "
        "{soon|in some days};it is annoying but we cope;kindly look at it in the coming days;tomorrow is "
        "early enough;only part of {the team|our work} is affected;please do not wait too long;it disturbs "
        "us somewhat;we manage a few days like this;{monday|tuesday|wednesday} is {okay|fine|good} for us;"
        "within {two|three} days please;it feels a bit {slow|hard} but we {work|go on};{help|news} in two "
        "days is {enough|fine};please answer {soon|in some days};{some|a few} {users|colleagues} see "
        "{it|this} too;we have {another way|a workaround} for now;{half|one} of us {has|sees} it;i would "
        "like {a reply|news} {this week|by monday};it costs us {some|a little} time;can you do it {this "
        "week|by wednesday};it makes the {day|work} {somewhat|a bit} harder;we get along with it till "
        "{friday|saturday};{moderate|normal} {importance|pressure} for us;let us know {this week|within "
        "days};it should not take {weeks|too long};{sooner|this week} is better than later;{before|by} next "
        "{monday|week} please;i am {a bit|slightly} annoyed",
        "low": "there is no hurry;take your time;{whenever|when} you have time;it can wait;i am just "
        "curious;it is only a small question;not urgent at all;next month is {fine|soon enough};it is a "
        "small thing;just wondering;no rush {here|for us};any time is fine for me;{maybe|perhaps} later "
        "this year;in your own time;{some|one} day is fine;i {ask|write} just {for fun|to know};no need to "
        "{hurry|rush};it is no {problem|trouble} for us;a {minor|tiny} {point|matter|thing};we can wait "
        "{for weeks|a long time};{only|just} if you have {time|nothing else};it {hardly|never} bothers us;"
        "next {spring|summer|winter} is early enough;nothing {pressing|important};a {thought|remark} for "
        "later;put it at the {end|bottom} of your list;{very low|low} on our list;no "
        "{deadline|stress|pressure} from me;{simply|only} wondering about it;i am {patient|not in a rush};"
        "do it {some day|later|another time};this has {no|little} {weight|importance}",
    },
    "validation": {
        "high": "drop everything and help us {now|today};the whole shop is down because of it;every minute "
        "counts for us",
        "medium": "some day this week is okay;it is a nuisance we can live with {for now|for a few days};i "
        "hope for a {reply|solution} by friday",
        "low": "no pressure from our side;do it when you find a moment;this does not matter {to me|for us}",
    },
    "heldout": {
        "high": "{we need|send} help right now;our {shop|production} is offline;this can not wait;"
        "{customers|clients} are leaving because of this;answer me at once please;{the deadline is|we "
        "launch} in one hour;it is critical for the whole office;{nothing|no work} is possible until you "
        "fix it",
        "medium": "a reply in a few days is {okay|good};could you look at it {before|until} the weekend;it "
        "is a bit of a nuisance;we get by for {some|a few} more days;i expect {an answer|it} by the end of "
        "the week;our work is {a little slower|somewhat delayed};{thursday|tomorrow} would suit us;some of "
        "us are affected",
        "low": "{please do|do} not hurry;i only ask out of interest;we are in no rush;some time next "
        "{month|year} {will do|is okay};this is unimportant {to us|for now};answer {whenever you like|when "
        "you are free};only a detail {really|of course};there is plenty of time",
    },
}

OPENERS: dict[str, str] = {
    "train": "hello;hi;dear team;good day;hi there;hey;sorry to bother you",
    "validation": "hi team;greetings",
    "heldout": "good morning;hello everyone;dear sirs;excuse me",
}

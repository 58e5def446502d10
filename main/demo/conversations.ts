/** One exchange as the scripted agent plays it. */
export interface DemoTurn {
  readonly user: string;
  readonly assistant: string;
  readonly tool?: { readonly name: string; readonly command: string; readonly output: string };
}

export interface DemoConversation {
  readonly routingKey: string;
  readonly sessionId: string;
  readonly displayName: string;
  readonly channel: string;
  readonly sender: string;
  /** Said before the demo starts, oldest first. */
  readonly history: readonly DemoTurn[];
}

const turn = (user: string, assistant: string): DemoTurn => ({ user, assistant });

/** The long one: it is reset, and goes on without a file. */
export const workshop: DemoConversation = {
  routingKey: 'agent:main:main',
  sessionId: 'd3300001-4c1a-4b6e-8f00-000000000001',
  displayName: 'Workshop planning',
  channel: 'webchat',
  sender: 'Mika',
  history: [
    turn(
      'I have to plan a two day workshop on home gardening. Can you help me from start to end?',
      'Gladly. Tell me how many people come, what they already know, and what the room offers, and I will draft an agenda.',
    ),
    turn(
      'About eighteen people, mostly beginners. A bright room with long tables and one sink.',
      'Good: long tables mean everybody can pot plants. I suggest soil and light on day one, and pests, harvest and a take-home plan on day two.',
    ),
    turn(
      'Write down the agenda for day one with times.',
      '09:30 welcome and a round of names\n10:00 light: reading a window\n11:00 soil: three mixes side by side\n12:30 lunch\n13:30 potting, in pairs\n15:00 watering, and why less is more\n16:00 questions',
    ),
    turn(
      'Potting in pairs needs how much soil?',
      'Nine pairs with four pots of one litre each are 36 litres. Buy 45 to have a reserve, plus a 10 litre bag of perlite.',
    ),
    turn(
      'Put a shopping list together, please.',
      'Soil 45 l, perlite 10 l, 40 pots of one litre, 40 saucers, labels, 9 small trowels, 2 watering cans, newspaper for the tables, hand towels.',
    ),
    {
      user: 'Check whether the weather matters for the courtyard part on Saturday.',
      assistant:
        'The forecast file says dry until the evening, at most 19 degrees. The courtyard works; keep the tables in the shade of the wall.',
      tool: { name: 'exec', command: 'cat forecast-saturday.txt', output: 'sat: dry, 12-19C, wind 2, rain from 20:00' },
    },
    turn(
      '请把第一天的安排用中文写一个简短的介绍。',
      '第一天我们从光线和土壤开始：学习看窗户的朝向，比较三种培养土，下午两人一组动手上盆，最后讨论浇水。',
    ),
    turn('很好。再加一句关于带走植物的话。', '每位参加者可以带走两盆自己种的香草，并附上一张照料卡。'),
    turn(
      'Now day two. They should leave with a plan for their own balcony.',
      '09:30 what survived the night\n10:00 pests you will meet, with a lens\n11:15 feeding\n12:30 lunch\n13:30 drawing your own balcony plan\n15:00 three plans discussed together\n16:00 certificates and plants',
    ),
    turn(
      'How do I discuss three plans without boring the others?',
      'Ten minutes each: two to show it, five for questions from the tables, three for one thing to keep and one thing to change.',
    ),
    turn(
      'Draft the invitation mail.',
      'Subject: Two days with your hands in the soil\n\nDear all, on Saturday and Sunday we plant, water and plan together. No experience needed. Bring clothes that may get dirty and a photo of your balcony.',
    ),
    turn(
      'Shorter, and mention that lunch is included.',
      'Two days of planting for beginners, Saturday and Sunday from 09:30, lunch included. Bring old clothes and a photo of your balcony.',
    ),
    turn(
      'What is the budget so far?',
      'Material 210, lunch for nineteen on two days 380, certificates 25, room free. 615 in all, so 35 for each person leaves a small reserve.',
    ),
    turn(
      'One person is allergic to nuts. Note that for lunch.',
      'Noted: one guest with a nut allergy. I added "no nuts, no nut oil, label everything" to the message for the caterer.',
    ),
    turn(
      'Write the care card for basil.',
      'Basil: bright, never below 12 degrees. Water when the top centimetre is dry. Pinch above a pair of leaves, never strip one stem bare.',
    ),
    turn(
      'And for mint.',
      'Mint: half shade is fine. Likes it moist. Cut hard in June. Keep it in its own pot, or it will own the others too.',
    ),
    turn(
      'Who opens the room on Saturday?',
      'You wrote that the caretaker opens at 08:30. I put "call the caretaker on Friday" on your list for Thursday evening.',
    ),
    turn(
      'Summarise what is still open.',
      'Open: caterer answers about nuts, the ninth trowel, printing of care cards, and a helper for the sink.',
    ),
  ],
};

/** This one is cut to a third of its length. */
export const journey: DemoConversation = {
  routingKey: 'agent:main:telegram:group:-100220033',
  sessionId: 'd3300002-4c1a-4b6e-8f00-000000000002',
  displayName: 'Night train to Vienna',
  channel: 'telegram',
  sender: 'Jonas',
  history: [
    turn(
      'We want to take the night train to Vienna in March, four people.',
      'Four people fit one couchette compartment. In March the train leaves daily at 20:40 and arrives at 06:55.',
    ),
    turn('What about breakfast?', 'Breakfast is included in couchettes: two rolls, butter, jam and coffee. Order tea when you board.'),
    turn('第一天去哪里比较好？', '到达时还早，可以先去纳绪市场吃早餐，然后步行到美泉宫的花园。'),
    turn(
      'Find us three quiet museums.',
      'The globe museum, the museum of clocks, and the papyrus collection. All three are small and near each other.',
    ),
    turn('Which one with a child of six?', 'The clocks: they chime at the full hour, and there is a paper clock to build.'),
    turn('Book a table for Saturday at seven?', 'I wrote down a table for four at 19:00 on Saturday. Confirm by phone the day before.'),
    turn(
      'List everything we have decided.',
      'Night train on Friday 20:40, breakfast on board, market and gardens on day one, clocks at 11:00 on Saturday, table at 19:00, train home on Sunday 21:10.',
    ),
  ],
};

/** This one is deleted. */
export const recipes: DemoConversation = {
  routingKey: 'agent:main:whatsapp:direct:demo-aunt',
  sessionId: 'd3300003-4c1a-4b6e-8f00-000000000003',
  displayName: 'Family recipes',
  channel: 'whatsapp',
  sender: 'Aunt Lena',
  history: [
    turn(
      'Please keep the plum cake: 1 kg plums, 300 g flour, 150 g butter, 100 g sugar, one egg.',
      'Kept: plum cake. How long and how hot?',
    ),
    turn('45 minutes at 180. Crumble on top.', 'Added: 45 minutes at 180 degrees, crumble of 80 g flour, 60 g sugar and 60 g butter.'),
    turn(
      'Next: lentil soup. Brown lentils, carrots, celery, a bay leaf, vinegar at the end.',
      'Kept: lentil soup. I noted the vinegar as the last step, off the heat.',
    ),
    turn('奶奶的饺子馅：白菜、猪肉、姜、葱、一点香油。', '记下了：白菜猪肉馅，加姜、葱和少许香油。要不要写上比例？'),
    turn('白菜和肉一比一。', '好的，白菜与猪肉的比例是一比一。'),
    turn('Which recipes do you have now?', 'Plum cake, lentil soup, and the dumpling filling in Chinese.'),
  ],
};

/** This one simply lives on. */
export const garden: DemoConversation = {
  routingKey: 'agent:main:discord:channel:77001',
  sessionId: 'd3300004-4c1a-4b6e-8f00-000000000004',
  displayName: 'Balcony diary',
  channel: 'discord',
  sender: 'Mika',
  history: [
    turn(
      'Start a diary for my balcony. Today: sowed rocket in the long box.',
      'Diary started. Rocket sown in the long box; expect the first leaves in five to seven days.',
    ),
    turn('The thermometer says 9 degrees at night.', 'Noted: 9 degrees at night. Rocket does not mind; keep the basil inside.'),
  ],
};

/** Played in turn, for ever, by the conversation that lives on. */
export const diaryTurns: readonly [DemoTurn, ...DemoTurn[]] = [
  turn('Watered the long box, half a can.', 'Noted. That makes one and a half cans this week.'),
  turn('Two aphids on the rose.', 'Noted. Wipe them off today and look again tomorrow; two are no reason for soap yet.'),
  turn('今天迷迭香开花了。', '记下了：迷迭香开花。开花后可以轻剪。'),
  turn('Moved the tomatoes to the sunny corner.', 'Noted. Turn the pots by a quarter every few days so they grow straight.'),
  turn('How many entries does the diary have?', 'Enough for a first page. The last three are about water, aphids and tomatoes.'),
];

/** Written before the reset. */
export const lastWrittenTurns: readonly DemoTurn[] = [
  turn('The caterer answered: no nuts, everything labelled.', 'Good. I took the caterer off the open list.'),
  turn('My neighbour helps at the sink.', 'Then only the trowel and the printing are open.'),
];

/** Answered after the reset, and written nowhere. */
export const unwrittenTurns: readonly DemoTurn[] = [
  turn('I found the ninth trowel.', 'Then only the printing is open.'),
  turn('Printed. What did we say about parking?', 'Nothing yet. I suggest the school yard, open from 08:00.'),
  turn(
    'Send me the final list for Saturday.',
    'Doors 08:30, soil and pots on the tables, caterer at 12:15, neighbour at the sink, parking in the school yard.',
  ),
];

var e=`# An offer of amnesty to the president of Venezuela, August 2024, as one newspaper report describes it.
# docs/venezuela.md argues the model. Nothing here is a forecast of its own: every number says where it comes from.
#
# Paragraphs of the report are its blocks of text between blank lines, counted from 1 (block 1 is the page's name
# line, block 2 the headline). \`credibility\` is the Admiralty digit for what that paragraph says: 1 confirmed,
# 2 probably true, 3 possibly true, 4 doubtful, 5 improbable, 6 cannot be judged.
#
# Points. Each party has its own scale, on which the two ends are fixed and all else is measured:
#   us           0 the standoff goes on           100 a peaceful transfer of power, before what it costs
#   ruler        0 prison or violent death        100 ruling unchallenged
#   command      0 private life without a trial   100 today's income and rank, kept for certain
#   opposition   0 the standoff goes on           100 governing in peace
#   prosecutor   0 does nothing                   100 the former ruler in the dock
#   patrons      0 all claims lost                100 all claims honoured
# "Within reach" means the next five years throughout.
format: offramp/1
title: An amnesty offer to Nicolás Maduro
as_of: 2024-08-15
question: Would a secret offer of amnesty for ceding power be made, accepted and kept, and which terms decide it?

sources:
  calle_ocho:
    title: U.S. offers amnesty to Venezuela's Maduro for ceding power amidst secret talks
    publisher: Calle Ocho News
    reliability: C
    file: calle-ocho-2024.txt

parties: {us: United States, ruler: Nicolás Maduro, command: high command, opposition: opposition, prosecutor: International Criminal Court, patrons: Russia and China}

terms:
  amnesty: {none: 0, ruler: 0.5, inner_circle: 1}             # share of those exposed to United States charges it covers
  passage: {none: 0.3, named_host: 0.7, host_of_choice: 1}    # share of a comfortable exile that it secures
  court: [open, shielded]                                     # shielded: a deferral of the international case is promised
  sanctions: {kept: 0, phased: 0.5, lifted: 1}                # share of the relief paid out before the promise is tested
  officers: {none: 0.3, pensions: 0.7, guarantees: 1}         # share of a secure career; guarantees add that no officer is tried

# Paragraphs 12 and 13; they name nothing for officers outside the inner circle. Paragraph 21 ties relief to what follows.
offer: {amnesty: inner_circle, passage: host_of_choice, court: shielded, sanctions: phased, officers: none}

# Ready pieces with their moves and formulas (docs/blocks.md); every number of theirs that counts here is stated below.
use:
  - leak: {next: backing}
  - patron: {next: on_the_table}
  - coup: {next: promise}
  - successor: {party: opposition, next: warrant}
  - court: {next: kept}

assumptions:
  p_leak:
    meaning: chance that the talks become known to all before he answers
    value: {uniform: [0.3, 0.9]}
    basis:
      - {source: calle_ocho, paragraph: 12, says: people familiar with the talks have spoken to reporters, credibility: 3}
      - {judgement: the report is itself a leak but can be denied and doubted; known to all is likely but not certain}
  # --- the ruler
  resolve:
    meaning: how much more giving up power and country costs him than others can see (below zero, less)
    unit: points
    value: {uniform: [-20, 20]}
    private_to: ruler
    grid: 20
    basis:
      - {source: calle_ocho, paragraph: 16, says: he has withstood immense pressure and may well not accept, credibility: 3}
      - {study: "Fearon 1995, Rationalist Explanations for War", says: a side's resolve is private and it has reason to overstate it}
      - {judgement: "what others can see is already in \`office\`; the hidden part may go either way"}
  office:
    meaning: what staying in office is worth to him under the present pressure
    unit: points
    value: {pert: [35, 55, 80]}
    basis:
      - {source: calle_ocho, paragraph: 16, says: he keeps control of the armed forces and the main state institutions, credibility: 3}
      - {source: calle_ocho, paragraph: 21, says: the economy that he rules over is in very poor shape, credibility: 3}
  exile_life:
    meaning: what a comfortable exile with no charge pending is worth to him
    unit: points
    value: {pert: [30, 50, 70]}
    basis:
      - {source: calle_ocho, paragraph: 13, says: passage to a country of his choosing is said to be part of the offer, credibility: 3}
      - {judgement: halfway between his worst and his best end; wide because exiles' own valuations are unknown}
  circle:
    meaning: what it is worth to him that his inner circle is covered too
    unit: points
    value: 5
    basis: [{judgement: loyalty and fear of those left behind count but less than his own safety}]
  p_fall:
    meaning: chance that he falls irregularly within reach if he stays
    value: {pert: [0.08, 0.15, 0.35]}
    basis:
      - {base_rate: "irregular exits, 3.17 % of 11,563 leader-years 1946-2014", says: about 15 % over five years; the upper end allows for present pressure}
  bad_end:
    meaning: chance that a ruler who is driven out ends in prison or dead within the year
    value: {pert: [0.25, 0.41, 0.5]}
    basis:
      - {base_rate: "personal rule, irregular or foreign exits, 41.2 % of 80", says: prison and death together; for autocrats' irregular exits 44.7 % of 215}
      - {base_rate: "irregular exits after the Rome Statute, 30.2 % of 43", says: a lower recent share with few cases}
  hunted:
    meaning: share of exile's worth lost to pending charges where the host may hand him over
    value: {uniform: [0.4, 0.9]}
    basis:
      - {study: "Krcmaric 2020, The Justice Dilemma", says: since the late 1990s exile no longer protects rulers implicated in atrocities as it did}
      - {base_rate: "exile among irregular or foreign exits, 39.0 % of 341 before 1998 and 40.9 % of 44 after", says: no fall in exile for rulers as a whole; hence the wide range}
  haven:
    meaning: share of that loss which a host of his choice spares him
    value: 0.5
    basis: [{source: calle_ocho, paragraph: 13, says: the host might have no extradition treaty with the United States, credibility: 4}]
  # --- the high command
  exposure:
    meaning: what being tried would cost a senior officer
    unit: points
    value: {pert: [20, 40, 70]}
    basis: [{source: calle_ocho, paragraph: 17, says: the opposition has long asked for accountability for alleged crimes, credibility: 2}]
  trials:
    meaning: chance that an officer without protection is tried after a transfer of power
    value: {pert: [0.2, 0.4, 0.7]}
    basis:
      - {base_rate: "imprisonment after irregular or foreign exits of military rulers, 29.2 % of 65", says: a lower bound since it counts rulers and one year only}
      - {judgement: an officer's risk is put somewhat above that rate because trials come late}
  overlap:
    meaning: share of the high command that an amnesty for the inner circle covers
    value: {uniform: [0.4, 0.9]}
    basis: [{judgement: the report does not say who belongs to the inner circle; top commanders usually do and middle ranks do not}]
  career:
    meaning: what a secure career under a successor is worth to officers
    unit: points
    value: {pert: [20, 40, 65]}
    basis: [{study: "Geddes 1999, What Do We Know About Democratization After Twenty Years?", says: officers value the survival of the armed forces as a body and can serve on under civilian rule}]
  p_seize:
    meaning: chance that a block carries the army along and lasts, without foreign backing or forewarning
    value: {pert: [0.15, 0.3, 0.5]}
    basis: [{study: "Powell and Thyne 2011, Global instances of coups from 1950 to 2010", says: about half of all attempts succeed at first; lasting is harder}]
  junta_rents:
    meaning: share of today's income that survives the ruler's going if a block succeeds
    value: {uniform: [0.4, 0.9]}
    basis: [{study: "Svolik 2012, The Politics of Authoritarian Rule", says: those who share power lose much of it when the arrangement at the top breaks}]
  forewarned:
    meaning: share by which a leak cuts the chance that a block fails
    value: {uniform: [0, 0.25]}
    basis: [{study: "Singh 2014, Seizing Power", says: what decides a coup is whether officers expect one another to join; time to prepare helps}]
  # --- the successor
  relief:
    meaning: what full sanctions relief and aid are worth to a successor
    unit: points
    value: {pert: [10, 20, 40]}
    basis: [{source: calle_ocho, paragraph: 21, says: rebuilding will need outside money and an end to sanctions, credibility: 2}]
  grievance:
    meaning: what full impunity would cost a successor among its own supporters
    unit: points
    value: {pert: [15, 35, 70]}
    basis: [{source: calle_ocho, paragraph: 17, says: an amnesty for all may be felt as a betrayal of victims, credibility: 3}]
  trouble:
    meaning: chance of armed trouble if a broken promise exposes the whole high command to trial
    value: {pert: [0.1, 0.25, 0.5]}
    basis:
      - {source: calle_ocho, paragraph: 20, says: what the armed forces do will be critical to any transfer of power, credibility: 3}
      - {study: "Nalepa 2010, Skeletons in the Closet", says: successors may keep promises of amnesty because breaking them is not safe for them either}
  # --- the court
  mandate:
    meaning: what opening a case is worth to the court's prosecutor, net of its cost (below zero, a burden)
    unit: points
    value: {pert: [-10, 25, 50]}
    basis: [{source: calle_ocho, paragraph: 18, says: states with a strong record on human rights may object to a compromise on justice, credibility: 4}]
  shield:
    meaning: what going against a promised deferral costs the prosecutor
    unit: points
    value: {pert: [10, 30, 60]}
    basis:
      - {source: calle_ocho, paragraph: 13, says: the deal might include immunity from international prosecution, credibility: 5}
      - {study: "Rome Statute 1998, article 16", says: only the Security Council can defer a case and for a year at a time; a promise by one state does not bind the court}
  # --- the patrons
  shelter:
    meaning: share by which the patrons' backing cuts the chance that the ruler falls or a block fails
    value: {uniform: [0.1, 0.4]}
    basis: [{source: calle_ocho, paragraph: 18, says: what Russia and China do will be crucial, credibility: 4}]
  upkeep:
    meaning: what backing costs the patrons
    unit: points
    value: {pert: [5, 12, 25]}
    basis: [{judgement: "loans, fuel and diplomatic cover are costly but small against the claims that they protect"}]
  lost_access:
    meaning: share of their claims that the patrons forgo by letting go of a ruler who stays
    value: {uniform: [0.05, 0.3]}
    basis: [{judgement: a ruler who survives without them has less reason to favour them but few others to turn to}]
  honoured:
    meaning: share of the patrons' claims that a successor honours
    value: 0.5
    basis: [{judgement: successors usually renegotiate rather than repudiate}]
  grudge:
    meaning: share of that lost by patrons who backed the ruler to the end
    value: 0.25
    basis: [{judgement: a successor can favour other creditors within limits set by markets and courts}]
  # --- the United States
  audience_cost:
    meaning: what full impunity would cost the administration once it is public
    unit: points
    value: {pert: [5, 20, 45]}
    basis: [{source: calle_ocho, paragraph: 18, says: reactions are likely to be mixed and some will criticise, credibility: 3}]
  deniable:
    meaning: share of that cost which a leak brings when no deal follows
    value: 0.4
    basis: [{judgement: an offer that came to nothing can be denied or explained}]
  credit:
    meaning: what being known to have sought a peaceful way out is worth to the administration
    unit: points
    value: {uniform: [0, 8]}
    basis: [{source: calle_ocho, paragraph: 18, says: some governments may see good sense in it, credibility: 4}]
  broken_word:
    meaning: what it costs the United States when what it promised is not kept
    unit: points
    value: {pert: [5, 15, 35]}
    basis: [{judgement: later offers to others lose force; how much is disputed in the literature on reputation}]
  precedent:
    meaning: what other rulers' learning costs the United States (below zero, a gain)
    unit: points
    value: {uniform: [-5, 15]}
    basis:
      - {source: calle_ocho, paragraph: 17, says: other rulers might conclude that leaving peacefully spares them trial, credibility: 5}
      - {judgement: the same lesson may make other peaceful exits easier so the sign is left open}
  turmoil:
    meaning: what a blocked exit costs the United States and the opposition
    unit: points
    value: 20
    basis: [{source: calle_ocho, paragraph: 20, says: a power vacuum is among the possible outcomes, credibility: 4}]

  # --- what follows (docs/aftermath.md); yearly chances and growth, none of them weighed in the payoffs above
  opening:
    meaning: yearly chance that the standoff gives way to a transition without this offer
    value: {pert: [0.01, 0.04, 0.1]}
    basis:
      - {base_rate: "regular exits, 12.0 % of 11,563 leader-years 1946-2014", says: an upper end since it counts elections that rulers lose}
      - {source: calle_ocho, paragraph: 16, says: a refusal would prolong the impasse, credibility: 3}
  voting:
    meaning: yearly chance that a transition leads to an elected government
    value: {pert: [0.2, 0.4, 0.6]}
    basis: [{source: calle_ocho, paragraph: 20, says: a transitional government and free elections are among the possible outcomes, credibility: 4}]
  slipping:
    meaning: yearly chance that a transition slips into a power vacuum
    value: 0.1
    basis: [{source: calle_ocho, paragraph: 20, says: a power vacuum is among the possible outcomes, credibility: 4}]
  settling:
    meaning: yearly chance that a power vacuum gives way to a transition
    value: 0.3
    basis: [{judgement: vacuums are short; whether a transition or officers fill them is open}]
  seizing:
    meaning: yearly chance that officers fill a power vacuum
    value: 0.2
    basis: [{source: calle_ocho, paragraph: 20, says: the role of the military will be critical, credibility: 4}]
  barracks:
    meaning: yearly chance that a military government gives way to a transition
    value: 0.15
    basis: [{study: "Geddes 1999, What Do We Know About Democratization After Twenty Years?", says: military rule is the shortest lived and ends by negotiation more often than other kinds}]
  recovering:
    meaning: yearly growth under an elected government without aid or relief
    value: {pert: [-0.01, 0.03, 0.07]}
    basis: [{source: calle_ocho, paragraph: 21, says: rebuilding will require political stability, credibility: 3}]
  helped:
    meaning: yearly growth that aid and full relief from sanctions add
    value: {pert: [0.01, 0.04, 0.09]}
    basis: [{source: calle_ocho, paragraph: 21, says: rebuilding will require aid and the lifting of sanctions, credibility: 3}]
  failing:
    meaning: yearly loss in a power vacuum
    value: 0.1
    basis: [{judgement: "the economy is in very poor shape already, so that losses start from a low level"}]

  inflation:
    meaning: yearly rise of prices today
    unit: percent
    value: 50
    basis:
      - {source: calle_ocho, paragraph: 21, says: hyperinflation is among the troubles of the economy, credibility: 3}
      - {judgement: "published figures of 2024 lie well below those of 2018; the report gives none"}

correlations:
  - {between: [grievance, trials], rank: 0.4}      # the angrier the successor's supporters, the more trials

formulas:
  impunity: (amnesty + court.shielded + officers.guarantees) / 3
  impunity_at_home: (amnesty + officers.guarantees) / 3                        # what is left of it once the court acts
  fall: p_fall * (1 - shelter * backing.back)
  driven_out: exile_life * (1 - bad_end)
  safe_exile: exile_life * passage + circle * amnesty.inner_circle
  hunted_exile: exile_life * passage * (1 - hunted * (1 - haven * passage))
  covered: max(officers.guarantees, overlap * amnesty.inner_circle)           # share of the officers safe from trial
  backlash: trouble * covered                                                 # those who lose their cover may rise
  block_holds: 1 - (1 - p_seize) * (1 - shelter * backing.back) * (1 - forewarned * leak.leaked)
  relief_all: relief * (1 - sanctions.kept)
  price: audience_cost * impunity + precedent                                 # of an exit that is public
  fall_yearly: 1 - (1 - fall) ** 0.2                                          # "within reach" is five years
  relieved: promise.keep + sanctions * promise.prosecute                      # share of sanctions lifted, in the end
  growing: recovering + helped * relieved

moves:
  approach:
    by: us
    known_to: [us, ruler]
    choices: {offer: {next: leak}, wait: {next: backing}}
  leak: {}                       # block leak: before he answers the talks may become known to all
  backing: {}                    # block patron: unless there was a leak the patrons do not know whether there is an offer
  on_the_table:                  # no chance in it: without an offer there is nothing for the ruler to answer
    by: chance
    known_to: [us, ruler]
    choices:
      something: {probability: 1, when: approach.offer, next: answer}
      nothing: {when: approach.wait, next: impasse}
  answer:
    by: ruler
    choices:
      accept: {reveals: {approach: all}, next: loyalty}
      refuse: {known_to: [us, ruler], next: impasse}
  loyalty: {}                    # block coup: the high command stands aside, or blocks
  promise: {}                    # block successor: the opposition, now in office, keeps the promise, or prosecutes
  warrant: {}                    # block court: it steps in only where the successor does not try him itself

outcomes:
  impasse:
    label: he stays
    starts: standoff
    payoffs:
      us: (credit - audience_cost * impunity * deniable) * leak.leaked
      ruler: office * (1 - fall) + (driven_out - resolve) * fall
      command: 100 * (1 - fall) - exposure * trials * fall
      opposition: 0
      prosecutor: 0
      patrons: claims_stay * (1 - fall) + claims_change * fall - backing_cost
  blocked:
    label: he agrees to go and the high command stops it
    starts: {junta: block_holds, vacuum: 1 - block_holds}
    payoffs:
      us: credit - audience_cost * impunity - turmoil
      ruler: driven_out - resolve
      command: officers_block
      opposition: -turmoil
      prosecutor: 0
      patrons: claims_stay * block_holds + claims_change * (1 - block_holds) - backing_cost
  betrayed:
    label: he goes and the successor prosecutes
    starts: {transition: 1 - backlash, vacuum: backlash}
    payoffs:
      us: 100 * (1 - backlash) - price - broken_word
      ruler: hunted_exile - resolve
      command: officers_tried
      opposition: 100 * (1 - backlash) + relief * sanctions
      prosecutor: 0
      patrons: claims_change - backing_cost
  pursued:
    label: he goes, the successor keeps its word and the court opens a case
    starts: transition
    payoffs:
      us: 100 - price - broken_word * court.shielded
      ruler: hunted_exile + circle * amnesty.inner_circle - resolve
      command: officers_stand
      opposition: 100 + relief_all - grievance * impunity_at_home
      prosecutor: case_worth
      patrons: claims_change - backing_cost
  kept:
    label: he goes and all keep their word
    starts: transition
    payoffs:
      us: 100 - price
      ruler: safe_exile * (1 - amnesty.none) + hunted_exile * amnesty.none - resolve
      command: officers_stand
      opposition: 100 + relief_all - grievance * impunity
      prosecutor: 0
      patrons: claims_change - backing_cost

# What follows, year by year. The indicators but prices are in percent of today.
aftermath:
  years: 10
  discount: 0.9
  states:
    standoff: the standoff goes on
    vacuum: a power vacuum
    junta: a military government
    transition: a transitional government
    elected: an elected government
  rates:
    standoff: {transition: opening, vacuum: fall_yearly / 2, junta: fall_yearly / 2}
    vacuum: {transition: settling, junta: seizing}
    junta: {transition: barracks}
    transition: {elected: voting, vacuum: slipping}
    elected: {vacuum: slipping / 5}
  indicators:
    oil: {label: oil output, unit: percent of today, start: 100, growth: {vacuum: -failing, transition: growing / 2, elected: growing}, shock: 0.08}
    jobs: {label: employment, unit: percent of today, start: 100, growth: {standoff: -0.01, vacuum: -failing / 2, transition: growing / 4, elected: growing / 2}, shock: 0.03}
    care: {label: health care, unit: percent of today, start: 100, growth: {standoff: -0.02, vacuum: -failing, transition: growing / 4, elected: growing}, shock: 0.04}
    prices: {label: yearly rise of prices, unit: percent, start: inflation, change: {vacuum: 20, transition: -5, elected: -8}, shock: 8, least: 2}
    leaving: {label: people leaving a year, unit: percent of today, start: 100, growth: {vacuum: failing, transition: -growing, elected: -2 * growing}, shock: 0.15}

offers: {for: us, made: approach.offer, accepted: answer.accept, kept: holds}

answers:
  holds: {says: the offer is accepted and kept, when: outcome.kept, given: approach.offer, given_says: the United States makes the offer}
  made_and_holds: {says: "the offer is made, accepted and kept", when: outcome.kept}
  offered: {says: the United States makes the offer, when: approach.offer}
  accepted: {says: the ruler accepts, when: answer.accept, given: approach.offer, given_says: the offer is made}
  broken: {says: the deal is broken, when: outcome.blocked or outcome.betrayed or outcome.pursued, given: answer.accept, given_says: he accepts}
  leaves: {says: he leaves office by agreement, when: outcome.kept or outcome.pursued or outcome.betrayed}
`;export{e as default};
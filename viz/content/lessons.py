"""Lesson plans of the page for teachers."""

from __future__ import annotations

PRESETS_OF_LESSON = ("realistic", "sleeve", "crash")
"""Presets that the lessons compare. The answer key shows their numbers."""

LESSONS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Before class",
        (
            (
                "One machine for all",
                "Start the page on your machine and let students open its address (docs/class.md). Or let each "
                "student start it on a laptop; without internet it needs the extra offline. The page sends nothing to "
                "other servers.",
            ),
            (
                "Compute the answers",
                "Open the answer key once before the class: the server then has the numbers at hand.",
            ),
        ),
    ),
    (
        "Lesson of 20 minutes",
        (
            (
                "Guess (5 minutes)",
                "Explain 'reversed' and 'restricted' with the drawing beside the question. Each student draws a curve "
                "for 'Realistic stakes' and locks it. Show the histograms of the class: where do students disagree?",
            ),
            (
                "Watch one pair (3 minutes)",
                "Play one pair of worlds together. Same people, same random draws; only World B has holders. Ask: is "
                "this evidence? It is one pair of a hundred.",
            ),
            (
                "A hundred pairs (6 minutes)",
                "How many reversals did exposure prevent, how many did it cause, and does the interval include zero? "
                "Open the answer key and compare the model's curve with the median of the class.",
            ),
            (
                "Why? (6 minutes)",
                "Choose a decision at which the two governments differ. Read the balance: policy gained against office "
                "risked. Turn the dial of office rent to 0. What would the government of World B choose now?",
            ),
        ),
    ),
    (
        "Lesson of 50 minutes",
        (
            (
                "Guess (8 minutes)",
                "As in the short lesson. Then each student writes one sentence that gives the reason for the slope "
                "of the curve.",
            ),
            (
                "Watch one pair (7 minutes)",
                "Students play the pair on their own machines and note the month in which the two policy lines "
                "separate, and which government decision came before it.",
            ),
            (
                "A hundred pairs (10 minutes)",
                "Compare prevented and caused reversals, and the pairs that differ in depth only. Each student plays a "
                "pair that exposure changed and one that it did not. Score the guesses with the answer key.",
            ),
            (
                "Why? (10 minutes)",
                "Read one decision in both worlds. Open a voter who voted differently in A and B: which term moved "
                "her vote most? Then turn the dial of office rent and note the value at which the choice changes.",
            ),
            (
                "Break it (10 minutes)",
                "Compare 'Realistic stakes', 'Default-fund sleeve' and 'Crash, then election': one model, three "
                "results. Each group changes one assumption until the effect disappears, and reports which one.",
            ),
            (
                "What would change your mind? (5 minutes)",
                "No data identify the office rent. What would you measure? Which claims of the article does the model "
                "not test?",
            ),
        ),
    ),
    (
        "Homework",
        (
            (
                "Send the address",
                "Each student sends the link and the command line shown under 'Share and export'. The command prints "
                "the same numbers on any machine with the same version.",
            ),
        ),
    ),
)
"""Title of each part, and its steps: heading, text."""

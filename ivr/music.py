"""What is heard while one waits, made here so that nobody's recording is owed: slow chords for those who call, and for
agents the tone of a telephone that rings elsewhere. 8 kHz mono."""

import io
import math
import struct
import wave
from functools import cache

RATE = 8000  # samples a second: a telephone carries no more
CHORDS = ((261.6, 329.6, 392.0), (220.0, 261.6, 329.6), (174.6, 220.0, 261.6), (196.0, 246.9, 293.7))  # C, Am, F, G
BAR = 3.0  # seconds a chord lasts
LOUDNESS = 2600  # of 32,767: behind a voice
TONE, RINGS, SILENCE = 440.0, 1.5, 3.5  # hertz and seconds, in France


@cache
def waiting_music() -> bytes:
    """A WAV file of 12 seconds that ends as quietly as it begins."""
    return _recorded([_sample(chord, n / RATE) for chord in CHORDS for n in range(int(BAR * RATE))])


@cache
def ringing() -> bytes:
    """A WAV file of one ring and the silence after it."""
    tone = [round(LOUDNESS * math.sin(2 * math.pi * TONE * n / RATE)) for n in range(int(RINGS * RATE))]
    return _recorded(tone + [0] * int(SILENCE * RATE))


def _recorded(samples: list[int]) -> bytes:
    recording = io.BytesIO()
    with wave.open(recording, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return recording.getvalue()


def _sample(chord: tuple[float, ...], at: float) -> int:
    swell = math.sin(math.pi * at / BAR) ** 2
    return round(LOUDNESS * swell * sum(math.sin(2 * math.pi * note * at) for note in chord) / len(chord))

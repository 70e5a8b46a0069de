#!/usr/bin/env python3
"""Checks the test endpoint against the official `openai` client: what passes here is a faithful server.

Needs `pip install openai` (any 1.x or later), so it is run by hand and not by CTest:

    python3 tests/engine_endpoint/check_openai_client.py build/release/bin/chat-endpoint
"""
import subprocess
import sys

import openai

PROMPT = "## Title\n[1] Cats sleep a lot. They also eat.\n[2] Dogs bark.\n\nWhat do cats do?"
QUOTE = "Cats sleep a lot. [1]"


class Endpoint:
    def __init__(self, program, *flags):
        self.process = subprocess.Popen([program, *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.base_url = self.process.stdout.readline().strip()

    def __enter__(self):
        return openai.OpenAI(base_url=self.base_url, api_key="test", max_retries=0, timeout=5)

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=5)


def ask(client, **options):
    return client.chat.completions.create(model="test", messages=[{"role": "user", "content": PROMPT}], **options)


def streamed(client, **options):
    return "".join(c.choices[0].delta.content or "" for c in ask(client, stream=True, **options) if c.choices)


def expect(name, got, wanted):
    print(("ok    " if got == wanted else "WRONG ") + name)
    if got != wanted:
        sys.exit(f"  got    {got!r}\n  wanted {wanted!r}")


def raised(call):
    try:
        call()
    except openai.OpenAIError as error:
        return type(error).__name__
    return None


def main(program):
    with Endpoint(program) as client:
        expect("lists its model", [m.id for m in client.models.list()], ["test"])
        answer = ask(client)
        expect("whole answer", answer.choices[0].message.content, QUOTE)
        expect("usage of a whole answer", answer.usage.total_tokens,
               answer.usage.prompt_tokens + answer.usage.completion_tokens)
        expect("streamed answer", streamed(client), QUOTE)
        chunks = list(ask(client, stream=True, stream_options={"include_usage": True}))
        expect("usage at the end of a stream", (chunks[-1].choices, chunks[-1].usage.completion_tokens > 0), ([], True))
        expect("finish reason", chunks[-2].choices[0].finish_reason, "stop")
    for fault in ["crlf", "one-byte-pieces", "comments", "until-close", "reasoning-field", "no-done"]:
        with Endpoint(program, "--fault", fault) as client:
            wanted = "Grüße, 世界 🙂." if fault == "one-byte-pieces" else "Hello world."
            expect("fault " + fault, streamed(client), wanted)
    for fault, wanted in {"429-seconds": "RateLimitError", "bad-key": "AuthenticationError", "html-502": "InternalServerError",
                          "no-such-model": "NotFoundError", "overflow-openai": "BadRequestError", "error-event": "APIError",
                          "close-at-once": "APIConnectionError", "stall-before-answer": "APITimeoutError"}.items():
        with Endpoint(program, "--fault", fault) as client:
            expect("fault " + fault, raised(lambda: streamed(client)), wanted)


if __name__ == "__main__":
    main(sys.argv[1])

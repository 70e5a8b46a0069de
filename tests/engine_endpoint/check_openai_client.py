#!/usr/bin/env python3
"""Checks the test endpoint against the official `openai` client: what passes here is a faithful server.

Needs `pip install openai` (any 1.x or later), so it is run by hand and not by CTest:

    python3 tests/engine_endpoint/check_openai_client.py build/release/bin/chat-endpoint
"""
import json
import os
import ssl
import subprocess
import sys

import openai

PROMPT = "## Title\n[1] Cats sleep a lot. They also eat.\n[2] Dogs bark.\n\nWhat do cats do?"
QUOTE = "Cats sleep a lot. [1]"
HELLO = "Hello world."
TOOLS = [{"type": "function",
          "function": {"name": "search", "description": "Searches.",
                       "parameters": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}}}]

# What the client raises for each fault before an answer, and for a stream that breaks.
RAISED = {
    "bad-key": "AuthenticationError", "forbidden": "PermissionDeniedError", "no-such-model": "NotFoundError",
    "quota": "RateLimitError", "html-403": "PermissionDeniedError", "html-429": "RateLimitError",
    "html-502": "InternalServerError", "no-body": "InternalServerError", "500-plain-text": "InternalServerError",
    "409": "ConflictError", "408": "APIStatusError", "error-vllm": "BadRequestError", "error-as-text": "BadRequestError",
    "error-in-array": "BadRequestError", "error-detail": "UnprocessableEntityError", "error-event": "APIError",
    "close-at-once": "APIConnectionError", "stall-before-answer": "APITimeoutError",
}
# Oddities that the client reads as we do.
HARMLESS = ["crlf", "crlf-cut", "one-byte-pieces", "comments", "until-close", "reasoning-field", "reasoning-other-name",
            "no-done", "slow-first-token", "slow-tokens", "usage-everywhere", "missing-usage", "wrong-content-type"]


class Endpoint:
    def __init__(self, program, *flags, key="test"):
        self.process = subprocess.Popen([program, *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.base_url = self.process.stdout.readline().strip()
        self.certificate = self.process.stdout.readline().strip() if "--tls" in flags else None
        self.key = key

    def __enter__(self):
        options = {}
        if self.certificate:
            options["http_client"] = openai.DefaultHttpxClient(verify=ssl.create_default_context(cafile=self.certificate))
        return openai.OpenAI(base_url=self.base_url, api_key=self.key, max_retries=0, timeout=5, **options)

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=5)


def ask(client, prompt=PROMPT, model="test", **options):
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": prompt}], **options)


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


def check_answers(client):
    expect("lists its model", [m.id for m in client.models.list()], ["test"])
    answer = ask(client)
    expect("whole answer", answer.choices[0].message.content, QUOTE)
    expect("usage of a whole answer", answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens)
    expect("streamed answer", streamed(client), QUOTE)
    chunks = list(ask(client, stream=True, stream_options={"include_usage": True}))
    expect("usage at the end of a stream", (chunks[-1].choices, chunks[-1].usage.completion_tokens > 0), ([], True))
    expect("finish reason", chunks[-2].choices[0].finish_reason, "stop")
    cut = ask(client, max_tokens=2).choices[0]
    expect("stops at the output limit", (cut.message.content, cut.finish_reason), ("Cats sleep", "length"))
    expect("refuses a request without messages",
           raised(lambda: client.chat.completions.create(model="test", messages=[])), "BadRequestError")
    parts = [{"type": "text", "text": PROMPT},
             {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]
    expect("content in parts", ask(client, prompt=parts).choices[0].message.content, QUOTE)


def check_tools(client):
    options = {"tools": TOOLS, "tool_choice": "required"}
    call = ask(client, prompt="Where are cats?", **options).choices[0]
    expect("a tool call", (call.finish_reason, json.loads(call.message.tool_calls[0].function.arguments)),
           ("tool_calls", {"query": "Where are cats?"}))
    pieces = [c.choices[0].delta.tool_calls[0] for c in ask(client, prompt="Where are cats?", stream=True, **options)
              if c.choices and c.choices[0].delta.tool_calls]
    expect("a tool call in pieces", (len(pieces) > 2, pieces[0].function.name,
                                     json.loads("".join(p.function.arguments or "" for p in pieces))),
           (True, "search", {"query": "Where are cats?"}))
    with client.chat.completions.stream(model="test", messages=[{"role": "user", "content": "Where?"}], **options) as stream:
        final = stream.get_final_completion().choices[0].message.tool_calls[0]
    expect("assembled by the client", (final.id, final.function.name, json.loads(final.function.arguments)),
           ("call_1", "search", {"query": "Where?"}))
    turns = [{"role": "user", "content": "Where are cats?"}, call.message.model_dump(exclude_none=True),
             {"role": "tool", "tool_call_id": "call_1", "content": "On the mat. All of them."}]
    answer = client.chat.completions.create(model="test:calls-first-tool", messages=turns, tools=TOOLS)
    expect("the answer to its result", answer.choices[0].message.content, "On the mat.")


def main(program):
    with Endpoint(program) as client:
        check_answers(client)
        check_tools(client)
        expect("a fault wished by the model's name", raised(lambda: ask(client, model="test:no-such-model")), "NotFoundError")
        expect("by the question", raised(lambda: ask(client, prompt="fault=html-502 please")), "InternalServerError")
        expect("by a header", raised(lambda: ask(client, extra_headers={"x-fault": "quota"})), "RateLimitError")
        expect("a window", raised(lambda: ask(client, prompt="word " * 2000, model="test:window-1000")), "BadRequestError")
        again = client.with_options(max_retries=2)
        expect("retries to the end", raised(lambda: streamed(again, model="test:429-milliseconds")), "RateLimitError")
        faults = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split()
        for fault in faults:
            if fault.startswith("overflow-"):
                got = raised(lambda: ask(client, model="test:" + fault))
                expect("fault " + fault, got is not None and got.endswith("Error"), True)
        for fault, wanted in RAISED.items():
            expect("fault " + fault, raised(lambda: streamed(client, model="test:" + fault)), wanted)
        for fault in HARMLESS:
            wanted = "Grüße, 世界 🙂." if fault == "one-byte-pieces" else HELLO
            expect("fault " + fault, streamed(client, model="test:" + fault), wanted)
    with Endpoint(program, "--tls") as client:
        expect("over TLS", streamed(client), QUOTE)
    with Endpoint(program, "--tls", "--expired") as client:
        expect("an expired certificate", raised(lambda: streamed(client)), "APIConnectionError")
    with Endpoint(program, "--tls", "--name", "DNS:example.org") as client:
        expect("a certificate for another host", raised(lambda: streamed(client)), "APIConnectionError")
    with Endpoint(program, "--key", "sk-1", key="sk-1") as client:
        expect("the right key", streamed(client), QUOTE)
    with Endpoint(program, "--key", "sk-1", key="sk-2") as client:
        expect("the wrong key", raised(lambda: streamed(client)), "AuthenticationError")


if __name__ == "__main__":
    for variable in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        os.environ.pop(variable, None)
    main(sys.argv[1])

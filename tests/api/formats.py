"""The format in which the API answers."""

from fake import Answer


def in_the_apis_format(answer: Answer) -> bool:
    return answer.headers["Content-Type"] == "application/vnd.api+json; charset=utf-8" and all(
        set(error) <= {"code", "field", "title"} and error["code"] for error in answer.errors
    )

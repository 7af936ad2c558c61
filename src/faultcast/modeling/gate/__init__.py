"""The gate before promotion: bars, a paired comparison with the champion, and a written rule.

It is the same for whatever is judged. What a plant or a case brings is an `Exam` (`exam.py`).
"""

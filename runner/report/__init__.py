"""What people and programs are shown of a run's results: summary, HTML, JUnit, Markdown, JSON.

In come results and the logs of the run's folder, out goes text. Nothing else is read, no engine is
asked, and nothing here changes what became of a job.
"""

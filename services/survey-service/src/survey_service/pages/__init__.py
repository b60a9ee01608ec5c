"""The respondent's pages below `/s/`: plain HTML made on the server, one form per page of the survey, no script."""

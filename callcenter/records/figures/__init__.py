"""The figures: what the rows come to, counted into tiers, and read from them.

facts        what each contact, call and promise counts for, in SQL
tiers        the tables that hold the counts, by day, month, hour, procedure and site
roll_up      the counting of what changed into the tiers
totals       the reading of any period from the smallest tiers that hold it
rows_behind  the contacts behind a figure
agents_time  the hours and the days of agents, for the tiers and behind a figure
last_hour    what the wall shows of the last hour, straight from the rows
corrections  which final months were corrected, and when
arrivals     when work comes, for staffing
"""

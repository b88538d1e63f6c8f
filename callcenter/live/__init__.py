"""The live index: what is quick to ask and quick to lose. It proposes; PostgreSQL decides.

Every key starts with the one hash tag. All but the last two are built in `functions/_index.lua`, by the verbs' one
shared head; the others in the module that owns them. Ids are opaque, scores and times are epoch seconds.

    {cc}calls             hash   call -> ring|score|arrival|queues|times|topic          waiting or reserved
    {cc}queue:<queue>     zset   call -> score                                          waiting in that queue
    {cc}heads             zset   queue -> its lowest score                              queues that are not empty
    {cc}widening          zset   call -> when it moves to its next ring                 while it has one
    {cc}picks:<queue>     zset   token -> when an offer took a call from it             the last 15 minutes

    {cc}agents            hash   agent -> profile                                       on duty
    {cc}profiles          hash   profile -> agents on duty who have it
    {cc}profile:<profile> set    queues that its agents serve (besides their own)
    {cc}serving:<queue>   set    profiles that serve it
    {cc}duty              zset   queue -> agents on duty who serve it                   at least one
    {cc}paused            set    agents who are paused                                  on duty
    {cc}pauses            zset   queue -> agents on duty who serve it and are paused    at least one
    {cc}free:<profile>    zset   agent -> free since                                    not reserved
    {cc}idle              zset   profile -> its earliest free since                     profiles with somebody free
    {cc}beats             zset   agent -> last heartbeat                                on duty

    {cc}reserved          zset   token call agent -> deadline
    {cc}shunned           hash   call -> the agent who passed it on, to whom it is not proposed
    {cc}held              hash   call -> token [joined again at]                        under a reservation
                                 agent -> token since [freed again since]

    {cc}dial              string when the next dial may be made                         budget.py
    {cc}step:<carrier id> string menu step a caller reached                             two hours

    {cc}beacon            string the sweep's count                                      beacon.py
    {cc}look              channel agents whose row should be read                       signals.py

A *profile* is the name of a set of queues: a hash of them. Agents who serve the same queues share one, so making an
agent free or taking them writes two keys, not one for each of the queues they serve.

A reservation holds a call and an agent only as long as each one's own `held` entry names its token. Whoever leaves,
goes or becomes busy meanwhile drops that entry, so no late message about the reservation can bring them back.
"""

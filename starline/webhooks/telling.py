"""Which events become deliveries: those that an endpoint can ask for, whatever domain records them."""

from functools import partial

from starline.core import events
from starline.webhooks.deliveries import promise
from starline.webhooks.vocabulary import EVENTS

for _name in EVENTS:
    events.subscribe(_name)(partial(promise, _name))

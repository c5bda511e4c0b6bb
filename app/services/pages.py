"""What services add to the pages of records: a client's plans."""

from app.core.tabs import add_list_tab

add_list_tab("Clients", "service_plans")

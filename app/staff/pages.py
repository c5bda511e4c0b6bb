"""The screens of staff beyond lists and forms."""

from app.staff import applicant_pages, availability_pages, compliance_pages, member_page, own_pages

assert member_page

VIEWS = (*compliance_pages.VIEWS, *applicant_pages.VIEWS, *own_pages.VIEWS, *availability_pages.VIEWS)

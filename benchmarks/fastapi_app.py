"""FastAPI on Starline's `clients` table as usually written: async SQLAlchemy, asyncpg, JWT, a user look-up, Pydantic.

Served by `uvicorn fastapi_app:app --workers 2` from its own virtual environment (benchmarks/requirements.txt), with
uvloop and httptools; environment: `BENCH_DATABASE_URL` (postgresql+asyncpg) and `BENCH_JWT_KEY`.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Annotated

import jwt
import layout
from fastapi import Depends, FastAPI, HTTPException, Query, status
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ARRAY, DateTime, String, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ["BENCH_DATABASE_URL"], pool_size=layout.THREADS, max_overflow=0)
sessions = async_sessionmaker(engine, expire_on_commit=False)
bearer = OAuth2PasswordBearer(tokenUrl="token")
app = FastAPI()


class Base(DeclarativeBase):
    """One metadata."""


class User(Base):
    """Who signs in."""

    __tablename__ = "users"
    __table_args__ = {"schema": "bench_fastapi"}
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    is_active: Mapped[bool]
    organization_id: Mapped[uuid.UUID]


def _now() -> datetime:
    return datetime.now(UTC)


class Client(Base):
    """The table all contenders share."""

    __tablename__ = "clients"
    __table_args__ = {"schema": layout.SCHEMA}
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    organization_id: Mapped[uuid.UUID]
    merged_into_id: Mapped[uuid.UUID | None]
    client_number: Mapped[int]
    first_name: Mapped[str]
    last_name: Mapped[str]
    birth_date: Mapped[date]
    status: Mapped[str]
    branch_id: Mapped[uuid.UUID]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    care_coordinator_id: Mapped[int | None]
    middle_name: Mapped[str | None]
    suffix: Mapped[str | None]
    preferred_name: Mapped[str | None]
    sex: Mapped[str] = mapped_column(default="unknown")
    gender_identity: Mapped[str | None]
    pronouns: Mapped[str | None]
    referral_source: Mapped[str | None]
    start_of_care_on: Mapped[date | None]
    mobile_phone: Mapped[str | None]
    marital_status: Mapped[str | None]
    veteran_status: Mapped[str | None]
    religion: Mapped[str | None]
    code_status: Mapped[str | None]
    mobility: Mapped[str | None]
    fall_risk: Mapped[str | None]
    triage_level: Mapped[str | None]
    languages: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    is_elopement_risk: Mapped[bool] = mapped_column(default=False)
    has_pets: Mapped[bool] = mapped_column(default=False)
    is_smoking_home: Mapped[bool] = mapped_column(default=False)
    custom: Mapped[dict[str, object]] = mapped_column(JSONB, default=dict)
    created_on: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=_now)
    changed_on: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=_now, onupdate=_now)
    version: Mapped[int] = mapped_column(default=1)


class IntakeIn(BaseModel):
    """What an intake takes."""

    first_name: str
    last_name: str
    birth_date: date
    status: str = "active"
    branch_id: uuid.UUID
    phone: str | None = None
    email: str | None = None


class ClientIn(IntakeIn):
    """What a create takes: the number too."""

    client_number: int


class ClientRow(BaseModel):
    """A client in a list."""

    model_config = ConfigDict(from_attributes=True)
    id: uuid.UUID
    client_number: int
    first_name: str
    last_name: str
    birth_date: date
    status: str
    branch_id: uuid.UUID
    phone: str | None
    care_coordinator_id: int | None
    changed_on: datetime


class ClientOut(ClientRow):
    """One client."""

    middle_name: str | None
    suffix: str | None
    preferred_name: str | None
    sex: str
    gender_identity: str | None
    pronouns: str | None
    referral_source: str | None
    start_of_care_on: date | None
    mobile_phone: str | None
    email: str | None
    languages: list[str]
    marital_status: str | None
    veteran_status: str | None
    religion: str | None
    code_status: str | None
    mobility: str | None
    fall_risk: str | None
    is_elopement_risk: bool
    has_pets: bool
    is_smoking_home: bool
    triage_level: str | None
    version: int


class ClientPage(BaseModel):
    """A page of clients."""

    count: int
    result: list[ClientRow]


async def session() -> AsyncIterator[AsyncSession]:
    """One session per request."""
    async with sessions() as opened:
        yield opened


Session = Annotated[AsyncSession, Depends(session)]


async def current_user(token: Annotated[str, Depends(bearer)], session: Session) -> User:
    """The active user of the token, read from the database."""
    try:
        claims = jwt.decode(token, os.environ["BENCH_JWT_KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError as error:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Invalid token") from error
    user = await session.get(User, int(claims["sub"]))
    if user is None or not user.is_active:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Unknown user")
    return user


Caller = Annotated[User, Depends(current_user)]


@app.get("/api/v1/clients/", response_model=ClientPage)
async def list_clients(
    session: Session, user: Caller, page: Annotated[int, Query(ge=0)] = 0, page_size: Annotated[int, Query(le=200)] = 20
) -> ClientPage:
    """A page with the exact count."""
    standing = (Client.organization_id == user.organization_id, Client.merged_into_id.is_(None))
    count = await session.scalar(select(func.count()).select_from(Client).where(*standing))
    query = select(Client).where(*standing).order_by(*(getattr(Client, name) for name in layout.ORDER))
    clients = await session.scalars(query.limit(page_size).offset(page * page_size))
    return ClientPage(count=count or 0, result=[ClientRow.model_validate(client) for client in clients])


@app.get("/api/v1/clients/{client_id}", response_model=ClientOut)
async def show_client(client_id: uuid.UUID, session: Session, user: Caller) -> Client:
    """One client."""
    query = select(Client).where(Client.id == client_id, Client.organization_id == user.organization_id)
    client = await session.scalar(query)
    if client is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Not found")
    return client


@app.post("/api/v1/clients/", response_model=ClientOut, status_code=status.HTTP_201_CREATED)
async def add_client(body: ClientIn, session: Session, user: Caller) -> Client:
    """Add a client."""
    client = Client(**body.model_dump(), organization_id=user.organization_id)
    session.add(client)
    await session.commit()
    return client


@app.post("/api/v1/intakes/", response_model=ClientOut, status_code=status.HTTP_201_CREATED)
async def take_in_client(body: IntakeIn, session: Session, user: Caller) -> Client:
    """Add a client with its number and the beginning of its status history, in one transaction."""
    organization = {"organization_id": user.organization_id}
    number = await session.scalar(text(layout.NEXT_NUMBER), organization)
    client = Client(**body.model_dump(), **organization, client_number=number)
    session.add(client)
    await session.flush()
    await session.execute(text(layout.FIRST_STATUS), {**organization, "client_id": client.id, "status": client.status})
    await session.commit()
    return client

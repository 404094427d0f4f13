"""Writes belegschaft.xlsx as a German personnel system exports it: a title, texts with decimal commas and days first. openpyxl 3.1."""

from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook

book = Workbook()
sheet = book.active
sheet.title = "Personalstand"
sheet.append(["Personalstand zum 31.10.2026"])
sheet.append([])
sheet.append(["Personalnummer", "Abteilung", "Geschlecht", "Eintrittsdatum", "Geburtsdatum", "Monatsgehalt", "Überstunden", "Zufriedenheit", "Ausgetreten"])


def comma(number: float) -> str:
    return f"{number:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")


for row in range(400):
    overtime = 5 + (row * 37) % 40
    satisfaction = 1 + (row * 7) % 5
    # Whoever works long hours and is dissatisfied leaves more often.
    left = (row * 7919) % 100 < 5 + overtime + 6 * (5 - satisfaction)
    sheet.append(
        [
            f"{10000 + row}",
            ["Vertrieb", "Produktion", "Verwaltung", "Lager"][row * 5 % 4 if row % 3 else row % 4],
            ["weiblich", "männlich"][row % 2],
            (date(2008, 1, 14) + timedelta(days=row * 97 % 6000)).strftime("%d.%m.%Y"),
            (date(1964, 3, 30) + timedelta(days=row * 211 % 13000)).strftime("%d.%m.%Y"),
            comma(2450 + row * 131 % 3900 + 0.5),
            comma(overtime / 2),
            satisfaction,
            "Ja" if left else "Nein",
        ]
    )
book.save(Path(__file__).parent / "belegschaft.xlsx")

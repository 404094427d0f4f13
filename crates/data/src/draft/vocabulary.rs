//! Words by which columns and values are recognized: English, German, French, Spanish, Portuguese,
//! Dutch and Turkish, in lower case and without accents. A list is one text, with `, ` between its
//! phrases.

use super::header::Header;

/// Whether a list holds a word.
pub(crate) fn has(list: &str, word: &str) -> bool {
    list.split(", ").any(|own| own == word)
}

/// Grounds on which nobody may be treated differently, more specific ones first: the name for
/// people, and the headers that mean it.
const PROTECTED: [(&str, &str); 12] = [
    (
        "date of birth",
        "date of birth, birth date, birthdate, birthday, dob, birth year, year of birth, geburtsdatum, geburtstag, geburtsjahr, \
         geb datum, date de naissance, annee de naissance, naissance, fecha de nacimiento, fecha nacimiento, nacimiento, \
         data de nascimento, data nascimento, nascimento, geboortedatum, geboortejaar, dogum tarihi, dogum yili",
    ),
    (
        "gender",
        "gender, sex, geschlecht, sexe, genre, sexo, genero, geslacht, cinsiyet, cinsiyeti, is male, is female, male, female",
    ),
    (
        "sexual orientation",
        "sexual orientation, sexuelle orientierung, orientation sexuelle, orientacion sexual, orientacao sexual, \
         seksuele geaardheid, cinsel yonelim",
    ),
    (
        "marital status",
        "marital status, marital, married, civil status, spouse, partner, familienstand, verheiratet, situation familiale, \
         situation matrimoniale, etat civil, estado civil, burgerlijke staat, burgerlijke stand, medeni durum, medeni hal, \
         medeni hali",
    ),
    (
        "family status",
        "dependents, dependants, number of children, children, kids, parental status, parent, kinder, kinderzahl, anzahl kinder, \
         enfants, nombre d enfants, hijos, numero de hijos, filhos, numero de filhos, kinderen, aantal kinderen, cocuk, cocuk sayisi",
    ),
    (
        "pregnancy",
        "pregnancy, pregnant, maternity, maternity leave, schwanger, schwangerschaft, mutterschutz, enceinte, grossesse, maternite, \
         embarazo, embarazada, maternidad, gravidez, gravida, maternidade, zwanger, zwangerschap, hamile, hamilelik, gebelik",
    ),
    (
        "ethnicity",
        "ethnicity, ethnic, ethnic group, ethnic origin, race, racial, ethnie, ethnische herkunft, ethnizitat, ethnizitaet, \
         herkunft, hautfarbe, origine ethnique, origen etnico, etnia, raza, raca, cor raca, etniciteit, etnische afkomst, afkomst, \
         etnik, etnik koken, irk",
    ),
    (
        "nationality",
        "nationality, citizenship, country of birth, place of birth, birthplace, migration background, nationalitat, nationalitaet, \
         staatsangehorigkeit, staatsangehoerigkeit, staatsburgerschaft, geburtsort, geburtsland, migrationshintergrund, nationalite, \
         citoyennete, lieu de naissance, nacionalidad, ciudadania, lugar de nacimiento, nacionalidade, naturalidade, nationaliteit, \
         geboorteland, geboorteplaats, uyruk, uyrugu, milliyet, vatandaslik, dogum yeri",
    ),
    (
        "disability",
        "disability, disabled, handicap, handicapped, health condition, schwerbehindert, schwerbehinderung, behinderung, behindert, \
         behinderungsgrad, gdb, invalidite, travailleur handicape, rqth, discapacidad, discapacitado, deficiencia, deficiente, pcd, \
         arbeidsbeperking, handicap status, beperking, engelli, engellilik, engel durumu",
    ),
    (
        "religion",
        "religion, religious, faith, denomination, konfession, kirchensteuer, religionszugehorigkeit, religione, \
         religion affiliation, religiao, geloof, godsdienst, religie, din, dini, inanc",
    ),
    (
        "union membership or belief",
        "trade union, union member, union membership, gewerkschaft, syndicat, sindicato, vakbond, sendika, political opinion, \
         veteran, veteran status",
    ),
    (
        "age",
        "age, age group, age band, senior citizen, alter, altersgruppe, lebensalter, tranche d age, edad, grupo de edad, idade, \
         faixa etaria, leeftijd, leeftijdsgroep, yas, yasi, yas grubu",
    ),
];

/// The protected attribute that a header means.
pub(crate) fn protected(header: &Header) -> Option<&'static str> {
    PROTECTED
        .iter()
        .find(|(_, words)| header.find(words).is_some())
        .map(|(name, _)| *name)
}

/// Headers of columns that name a person.
pub(crate) const ID: &str = "id, employee id, employee number, employee no, employee nr, employee code, emp no, emp nr, empno, emp id, emp code, enrollee id, person id, person number, \
    person no, staff id, staff number, staff no, staff nr, worker number, worker no, personnel no, payroll no, associate id, colleague id, \
    worker id, personnel number, payroll number, badge, badge number, user id, customer id, customer number, client id, account id, \
    account number, subscriber id, uuid, guid, personalnummer, personal nr, personalnr, pers nr, persnr, mitarbeiternummer, \
    mitarbeiter nr, mitarbeiter id, ma nr, stammnummer, kundennummer, kunden nr, matricule, numero matricule, numero employe, \
    numero client, identifiant, legajo, numero de empleado, id empleado, numero de cliente, matricula, numero de matricula, \
    numero do funcionario, registro, personeelsnummer, medewerkernummer, personeelsnr, klantnummer, sicil, sicil no, sicil numarasi, \
    personel no, calisan no, musteri no, kimlik no, code salarie";

/// Headers of columns that say when a row was true.
pub(crate) const PERIOD: &str = "period, snapshot, snapshot date, record date, recorddate, as of, as of date, reporting date, report date, effective date, month, \
    quarter, year, status year, date, week, stichtag, stand, auswertungsdatum, monat, quartal, jahr, datum, zeitraum, periode, mois, \
    trimestre, annee, date de situation, periodo, fecha, fecha de corte, mes, ano, data, data de referencia, competencia, maand, \
    kwartaal, jaar, peildatum, donem, ay, ceyrek, yil, tarih";

/// Headers of days of hire.
pub(crate) const HIRE: &str = "hire, hired, hire date, hiredate, orighiredate, date of hire, start date, startdate, joining, joined, join date, date of joining, \
    entry date, employment date, employed since, onboarding date, einstellung, einstellungsdatum, eintritt, eintrittsdatum, dienstbeginn, \
    diensteintritt, beschaftigt seit, beschaeftigt seit, embauche, date d embauche, date embauche, date d entree, date entree, \
    fecha de ingreso, fecha ingreso, fecha de contratacion, fecha contratacion, fecha de alta, fecha alta, contratacion, admissao, \
    data de admissao, data admissao, data de contratacao, contratacao, data de ingresso, datum in dienst, in dienst, indiensttreding, \
    datum indiensttreding, ise giris, ise giris tarihi, giris tarihi, ise baslama, ise baslama tarihi";

/// Words for a day in headers.
pub(crate) const DATE: &str =
    "date, day, dt, datum, tag, jour, fecha, dia, data, dag, tarih, tarihi, gun";

/// Headers of dates at which a row was recorded, which say nothing about a person.
pub(crate) const RECORDED: &str = "snapshot date, record date, recorddate, as of, as of date, reporting date, report date, extract date, export date, \
    load date, stichtag, auswertungsdatum, date de situation, date d extraction, fecha de corte, fecha de extraccion, data de referencia, \
    data de extracao, peildatum, rapor tarihi";

/// Headers of columns that are filled in when somebody has left.
pub(crate) const AFTER_THE_EVENT: &str = "termination, termination date, termination reason, termination type, terminationdate, term reason, termreason, term type, \
    termtype, term date, exit date, exit reason, exit interview, leaving date, leaving reason, reason for leaving, leave reason, \
    resignation date, resignation reason, date left, last working day, end date, attrition reason, attrition date, churn reason, \
    churn date, churn category, austritt, austrittsdatum, austrittsgrund, kundigungsdatum, kundigungsgrund, kuendigungsdatum, \
    kuendigungsgrund, abgangsgrund, letzter arbeitstag, date de depart, date depart, motif de depart, motif depart, date de sortie, \
    date sortie, motif de sortie, motif sortie, date de fin de contrat, fecha de baja, fecha baja, motivo de baja, motivo baja, \
    fecha de salida, motivo de salida, fecha de cese, motivo de cese, data de desligamento, motivo de desligamento, \
    data de demissao, motivo da demissao, data de saida, motivo de saida, datum uit dienst, uitdiensttreding, uit dienst, \
    reden van vertrek, vertrekdatum, vertrekreden, reden vertrek, ayrilis tarihi, ayrilis nedeni, cikis tarihi, cikis nedeni, \
    isten ayrilma, isten cikis";

/// Headers of names, addresses and notes.
pub(crate) const PERSONAL: &str = "name, first name, last name, full name, surname, forename, given name, family name, email, e mail, mail, phone, phone number, \
    telephone, mobile, address, street, iban, ssn, social security number, national id, passport, tax id, salutation, vorname, \
    nachname, mitarbeitername, anschrift, strasse, telefon, handy, steuer id, sozialversicherungsnummer, nom, prenom, adresse, \
    telephone portable, numero de securite sociale, nombre, apellido, apellidos, correo, direccion, telefono, dni, nif, nome, \
    sobrenome, endereco, telefone, cpf, naam, voornaam, achternaam, adres, straat, telefoon, bsn, ad, soyad, adi, soyadi, ad soyad, \
    eposta, e posta, telefon numarasi, tc kimlik no";

/// Headers that contain one of [`PERSONAL`] and are nobody's name.
pub(crate) const NOT_PERSONAL: &str = "city name, department name, store name, job name, company name, team name, branch name, product name, region name, country name, \
    unit name, plan name, phone service, mobile plan, phone plan, role name, position name, file name, business unit name, \
    location name, site name, email marketing, email opt in, paperless";

/// Headers of notes in somebody's own words.
pub(crate) const FREE_TEXT: &str = "comment, comments, note, notes, remark, remarks, feedback, bemerkung, bemerkungen, kommentar, anmerkung, commentaire, remarque, \
    comentario, comentarios, observacao, opmerking, opmerkingen, aciklama, yorum";

/// Headers of numbers that are names: adding them up makes no sense.
pub(crate) const CODE: &str = "zip, zip code, postcode, postal code, area code, code, department number, department no, dept no, cost center, cost center, \
    store, branch, site, location id, department id, team id, manager id, supervisor id, job code, store name, plz, postleitzahl, \
    kostenstelle, abteilungsnummer, filiale, filialnummer, schlussel, vorgesetzter, code postal, center de cout, \
    numero de departement, codigo postal, codigo, centro de costo, centro de coste, cep, centro de custo, postcode nummer, \
    kostenplaats, afdelingsnummer, posta kodu, kod, masraf merkezi, channel, region id, country code";

/// Headers of ratings.
pub(crate) const RATING: &str = "rating, satisfaction, score, level, grade, rank, education, involvement, engagement, performance, balance, band, stars, \
    bewertung, zufriedenheit, note, stufe, leistung, bildung, engagement score, evaluation, niveau, echelon, evaluacion, \
    satisfaccion, nivel, calificacion, desempeno, avaliacao, satisfacao, desempenho, beoordeling, tevredenheid, schaal, prestatie, \
    degerlendirme, memnuniyet, seviye, puan, performans";

/// Headers of counts and durations, which are not ratings however few values they have.
pub(crate) const COUNT: &str = "num, number, count, n, times, years, months, days, hours, calls, since, tenure, total, anzahl, jahre, monate, tage, stunden, \
    dauer, nombre, nb, annees, mois, jours, heures, numero, cantidad, anos, meses, dias, horas, quantidade, aantal, jaren, maanden, \
    dagen, uren, sayi, sayisi, yil, gun, saat, sure, kidem";

/// Headers of amounts that may have decimals even where this file has none.
pub(crate) const AMOUNT: &str = "salary, income, pay, wage, bonus, compensation, rate, charge, charges, price, revenue, cost, distance, minutes, km, miles, \
    percent, pct, index, ratio, gehalt, lohn, einkommen, entgelt, vergutung, verguetung, entfernung, umsatz, salaire, remuneration, \
    revenu, prime, salario, ingresos, sueldo, distancia, remuneracao, renda, salaris, loon, inkomen, afstand, maas, ucret, gelir, \
    mesafe";

/// Headers by which people group a dashboard.
pub(crate) const SEGMENT: &str = "department, division, team, business unit, job role, job title, role, position, job level, region, location, site, city, \
    contract, overtime, over time, plan, segment, internet service, payment method, abteilung, bereich, stelle, standort, funktion, \
    departement, service, poste, fonction, departamento, puesto, area, cargo, setor, afdeling, functie, locatie, departman, bolum, \
    pozisyon, unvan";

/// Words that say that somebody has left, or that it happened.
pub(crate) const EVENT: &str = "yes, y, true, t, 1, 1.0, left, leaver, leave, leaving, terminated, termination, resigned, quit, exited, exit, churn, churned, \
    churner, departed, gone, inactive, separated, fired, dismissed, canceled, canceled, lost, attrited, attrited customer, former, \
    ex employee, voluntary resignation, ja, j, wahr, ausgeschieden, ausgetreten, gekundigt, gekuendigt, kundigung, kuendigung, \
    austritt, ehemalig, abgang, inaktiv, oui, o, vrai, parti, partie, demission, demissionnaire, licencie, sorti, inactif, si, s, \
    verdadero, baja, renuncia, despedido, cesado, salio, inactivo, sim, verdadeiro, desligado, demitido, saiu, inativo, waar, \
    vertrokken, uit dienst, ontslagen, opgezegd, inactief, evet, e, dogru, ayrildi, ayrilmis, istifa, cikti, isten ayrildi, pasif";

/// Words that say that somebody is still there, or that it did not happen.
pub(crate) const NO_EVENT: &str = "no, n, false, f, 0, 0.0, stayed, stay, stayer, staying, existing, existing customer, active, employed, current, \
    current employee, retained, joined, present, remained, not churned, working, nein, falsch, aktiv, beschaftigt, beschaeftigt, \
    angestellt, geblieben, bleibt, aktuell, non, faux, actif, active employee, en poste, reste, present dans l entreprise, falso, \
    activo, alta, empleado, permanece, nao, ativo, empregado, ficou, nee, onwaar, actief, in dienst, gebleven, hayir, h, yanlis, \
    aktif, calisiyor, devam ediyor";

/// Headers of outcomes that say the opposite: under "active", "yes" means that somebody stayed.
pub(crate) const STAYING: &str = "active, is active, stayed, retained, retention, employed, current, still employed, aktiv, beschaftigt, actif, activo, ativo, \
    actief, aktif, calisiyor";

/// Words of customers rather than employees.
pub(crate) const CUSTOMER: &str = "churn, churned, churner, exited, customer, customers, subscriber, client, attrition flag, kunde, kunden, abonnent, cliente, \
    clientes, klant, musteri, abone";

/// Words for yes and no in booleans, by their folded text.
pub(crate) const YES: &str = "yes, y, true, t, 1, 1.0, x, ja, j, wahr, oui, o, vrai, si, s, verdadero, sim, verdadeiro, waar, evet, e, var, on";
pub(crate) const NO: &str =
    "no, n, false, f, 0, 0.0, nein, falsch, non, faux, falso, nao, nee, onwaar, hayir, h, yok, off";

/// Scales of ordered words, lowest first. Words of one step mean the same.
pub(crate) const SCALES: [&str; 28] = [
    "very low < low < medium / moderate / mid / average / normal < high < very high",
    "very poor < poor / bad < fair / average / satisfactory < good < very good < excellent / outstanding",
    "strongly disagree < disagree < neutral / neither agree nor disagree < agree < strongly agree",
    "very dissatisfied < dissatisfied < neutral < satisfied < very satisfied",
    "does not meet / needs improvement / unsatisfactory / pip < partially meets < meets / fully meets / meets expectations < exceeds / \
     exceeds expectations < exceptional / far exceeds",
    "never < rarely / seldom < sometimes / occasionally < often / frequently < always / very often",
    "small < medium < large < very large / extra large",
    "junior < mid / mid level / intermediate < senior < lead / principal",
    "primary school < high school < bachelor / bachelors / bachelor's / graduate < master / masters / master's < phd / doctorate",
    "sehr niedrig / sehr gering < niedrig / gering < mittel / durchschnittlich < hoch < sehr hoch",
    "ungenugend / mangelhaft < ausreichend < befriedigend < gut < sehr gut",
    "nie < selten < manchmal / gelegentlich < oft / haufig < immer",
    "klein < mittel < gross",
    "tres faible < faible / bas / basse < moyen / moyenne < eleve / elevee / haut / haute / fort < tres eleve / tres elevee / tres fort",
    "mauvais < passable < bon / bien < tres bon / tres bien < excellent",
    "jamais < rarement < parfois < souvent < toujours",
    "muy bajo / muy baja < bajo / baja < medio / media < alto / alta < muy alto / muy alta",
    "malo / mala < regular < bueno / buena < muy bueno / muy buena < excelente",
    "nunca < rara vez / raramente < a veces / as vezes < a menudo / frequentemente < siempre / sempre",
    "muito baixo / muito baixa < baixo / baixa < medio / media < alto / alta < muito alto / muito alta",
    "ruim < regular < bom / boa < muito bom / muito boa < otimo / excelente",
    "zeer laag < laag < gemiddeld / midden / middel < hoog < zeer hoog",
    "slecht / onvoldoende < matig < voldoende < goed < zeer goed / uitstekend",
    "nooit < zelden < soms < vaak < altijd",
    "cok dusuk < dusuk < orta < yuksek < cok yuksek",
    "cok kotu < kotu < orta < iyi < cok iyi < mukemmel",
    "hicbir zaman / asla < nadiren < bazen < sik sik / siklikla < her zaman",
    "kucuk < orta < buyuk",
];

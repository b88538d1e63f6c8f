"""What is told to whoever asked: the docstring of each class is the French sentence its reader sees.

A `Refusal` is decided; a `StoreDown` is an outage, which nobody decided.

`status` is the HTTP status of a page or an API answer; a telephone webhook never shows one.
The English sentence stands in `english`.
"""

from datetime import datetime
from typing import ClassVar


class Sentence(Exception):
    """Une erreur est survenue."""

    status: ClassVar[int] = 400
    english: ClassVar[str] = "Something went wrong."
    retry_after: int | None = None
    """Seconds before asking again can help, where that is known."""

    def sentence(self, language: str = "fr") -> str:
        """What the reader sees: the class's sentence, then what this one adds to it."""
        return " ".join([self.own(language), *map(str, self.args)])

    def own(self, language: str) -> str:
        """The sentence without the codes, or the values, that this one adds."""
        return self.english if language == "en" else (type(self).__doc__ or "")


class Refusal(Sentence):
    """La demande n'a pas pu être traitée."""

    english = "The request could not be carried out."


class OurFault(Refusal):
    """Une erreur est survenue de notre côté : elle est notée. Réessayez dans un instant."""

    status = 500
    english = "Something went wrong on our side: it is written down. Try again in a moment."


class AlreadyTaken(Refusal):
    """Cet appel n'est plus à prendre : un collègue a répondu ou la personne a raccroché."""

    status = 409
    english = "This call can no longer be taken: a colleague answered, or the caller hung up."


class NotPossibleNow(Refusal):
    """Cette action n'est pas possible dans votre état actuel."""

    status = 409
    english = "This is not possible in your present state."


class BodyTooLarge(Refusal):
    """Cet envoi est trop lourd : rien n'a été lu. Pour un fichier, connectez-vous d'abord, et vérifiez sa taille."""

    status = 413
    english = "This is too much to send: nothing was read. For a file, sign in first, and check its size."


class NoDeskPhone(Refusal):
    """Votre compte n'a pas de téléphone de bureau."""

    status = 409
    english = "Your account has no desk phone."


class DeskPhoneNotCalled(Refusal):
    """Le service n'appelle pas le numéro de votre téléphone de bureau : un administrateur peut le corriger."""

    status = 409
    english = "The service does not call the number of your desk phone: an administrator can correct it."


class PhoneNotFree(Refusal):
    """L'opérateur n'a pas encore raccroché votre téléphone : réessayez dans un instant."""

    status = 409
    english = "The carrier has not hung up your telephone yet: try again in a moment."


class Declined(Refusal):
    """La personne refuse que sa conversation soit écoutée."""

    status = 409
    english = "The caller refuses that the conversation be listened to."


class HelpIsOpen(Refusal):
    """Une aide est déjà demandée pour cet appel : terminez-la d'abord."""

    status = 409
    english = "Help is asked for already on this call: end it first."


class NoHelp(Refusal):
    """Personne n'est en ligne avec vous et la personne que vous aidez."""

    status = 409
    english = "Nobody is on the line with you and the caller."


class NotTogether(Refusal):
    """Parlez d'abord tous les trois : la personne n'est laissée qu'à quelqu'un qu'elle a entendu."""

    status = 409
    english = "Speak together first: the caller is left only with somebody they have heard."


class DeskNotCalled(Refusal):
    """Le service n'appelle pas ce numéro : un administrateur peut le corriger."""

    status = 409
    english = "The service does not call this number: an administrator can correct it."


class ClosedUntil(Refusal):
    """C'est fermé."""

    status = 409
    english = "It is closed."
    it = "Il"  # in French, what is closed

    def __init__(self, opens: datetime | None) -> None:
        super().__init__()
        self.opens = opens

    def own(self, language: str) -> str:
        """With when it opens next, on the clock of whoever it is for; nothing where nobody knows when."""
        told = super().own(language)
        if self.opens is None:
            return told
        pattern = "It opens on %d/%m at %H:%M." if language == "en" else f"{self.it} ouvre le %d/%m à %H:%M."
        return f"{told} {self.opens.strftime(pattern)}"


class ReferentClosed(ClosedUntil):
    """Ce service est fermé à cette heure : notez une suite à donner."""

    english = "This desk is closed at this hour: note a follow-up."


class QueueClosed(ClosedUntil):
    """Cette file est fermée : personne n'y répondrait."""

    english = "This queue is closed: nobody would answer there."
    it = "Elle"


class NotesNewer(Refusal):
    """Ces notes ont été modifiées ailleurs depuis : reprenez-les avant d'écrire."""

    status = 409
    english = "These notes have been changed elsewhere since: take them in before writing."


class NotesTooLate(Refusal):
    """Ce contact est déjà enregistré, sans ces notes."""

    status = 409
    english = "This contact is recorded already, without these notes."


class OutcomeOwed(Refusal):
    """Renseignez d'abord le contact en attente."""

    status = 409
    english = "Record the contact that is waiting first."


class OutcomeIncomplete(Refusal):
    """Il manque une réponse pour enregistrer ce contact."""

    status = 422
    english = "An answer is missing before this contact can be recorded."


class VisitRecorded(Refusal):
    """Cette visite est déjà enregistrée : rechargez la page pour en saisir une autre."""

    status = 409
    english = "This visit is recorded already: reload the page to enter another."


class KeysRefused(Refusal):
    """Chaque raccourci est une lettre de A à Z, et chaque lettre ne sert qu'une fois."""

    status = 422
    english = "Each shortcut is a letter from A to Z, and each letter serves once."


class BadAnswer(Refusal):
    """Vérifiez ces réponses :"""

    status = 422
    english = "Check these answers:"


class HeadTooLarge(Refusal):
    """Cette adresse est trop longue, ou son en-tête : rien n'a été lu."""

    status = 431
    english = "This address, or what goes before the request, is too long: nothing was read."


class TooSlow(Refusal):
    """Cette demande a mis trop de temps à arriver : rien n'a été lu. Réessayez."""

    status = 408
    english = "This request took too long to come: nothing was read. Try again."


class Illegible(Refusal):
    """Cette demande contient une valeur qui ne peut pas être lue : vérifiez ce qui a été saisi. Rien n'a été changé."""

    status = 422
    english = "This request holds a value that cannot be read: check what was entered. Nothing was changed."


class NotThisWay(Refusal):
    """Cette page ne prend pas ce genre de demande."""

    status = 405
    english = "This page does not take this kind of request."


class NotSignedIn(Refusal):
    """Connectez-vous pour continuer."""

    status = 401
    english = "Sign in to continue."


class WrongPassword(Refusal):
    """Identifiant ou mot de passe incorrect."""

    status = 401
    english = "Wrong name or password."


class TooManyTries(Refusal):
    """Trop d'essais : patientez quelques minutes avant de recommencer."""

    status = 429
    english = "Too many tries: wait a few minutes before trying again."

    def __init__(self, retry_after: int = 600) -> None:
        super().__init__()
        self.retry_after = retry_after


class DoorBusy(Refusal):
    """Trop de personnes se connectent en ce moment : réessayez dans quelques secondes."""

    status = 503
    english = "Too many people are signing in at the moment: try again in a few seconds."
    retry_after = 3


class NotAllowed(Refusal):
    """Vous n'avez pas accès à cette page."""

    status = 403
    english = "You have no access to this page."


class NotFound(Refusal):
    """Cette page ou cet élément n'existe pas."""

    status = 404
    english = "There is no such page or item."


class NoSuchReference(NotFound):
    """Aucun contact ne porte cette référence : faites-la répéter par la personne."""

    english = "No contact has this reference: have the person say it again."


class BadNumber(Refusal):
    """Ce numéro de téléphone ne peut pas être utilisé."""

    status = 422
    english = "This telephone number cannot be used."


class TwoNumbers(BadNumber):
    """Ces chiffres peuvent être deux numéros : écrivez le bon avec son indicatif, +33 ou celui du territoire."""

    english = "These figures may be two numbers: write the one you mean with its code, +33 or the territory's."


class AlreadyPromised(Refusal):
    """Un rappel est déjà promis à ce numéro."""

    status = 409
    english = "A callback is already promised to this number."


class TooManyCallbacks(Refusal):
    """Trop de rappels sont demandés en ce moment : aucun autre ne peut être promis."""

    status = 429
    english = "Too many callbacks are being asked for: no other can be promised now."


class LineHadEnough(TooManyCallbacks):
    """Trop de rappels ont été demandés aujourd'hui depuis cette ligne : aucun autre ne peut y être promis."""

    english = "Too many callbacks were asked for from this line today: no other can be promised on it."


class OrderRefused(Refusal):
    """Cet ordre n'est pas possible."""

    status = 422
    english = "This order is not possible."


class NoSuchTime(Refusal):
    """Ce créneau n'est pas possible : la ligne ou ce sujet y est fermé à ce moment-là, ou il est déjà passé."""

    status = 422
    english = "This time is not possible: the line or this topic is closed then in that territory, or it is over."


class NobodyChosen(Refusal):
    """Choisissez au moins une personne, et un jour que le calendrier connaît."""

    status = 422
    english = "Choose at least one person, and a day that the calendar knows."


class StoreDown(Sentence):
    """Le service est momentanément indisponible ; vos données sont conservées."""

    status = 503
    english = "The service is unavailable for a moment; your data is safe."


class DatabaseDown(StoreDown):
    """Le service est momentanément indisponible ; vos données sont conservées."""


class DatabaseBusy(StoreDown):
    """Un collègue agit sur le même appel ; réessayez dans un instant."""

    english = "A colleague is acting on the same call; try again in a moment."


class DatabaseSlow(DatabaseBusy):
    """Cette demande a pris trop de temps ; réessayez dans un instant."""

    english = "This took too long; try again in a moment."


class LiveStoreDown(StoreDown):
    """Le service est momentanément indisponible ; vos données sont conservées."""


class BrokerDown(StoreDown):
    """Les messages aux exécutants ne passent plus ; ce qui est promis le reste."""

    english = "Messages to the workers do not pass; what is promised stays so."


class CarrierDown(StoreDown):
    """L'opérateur téléphonique ne répond pas ; réessayez dans un instant."""

    english = "The telephone carrier does not answer; try again in a moment."


class CarrierDidNothing(CarrierDown):
    """L'opérateur téléphonique n'a pas accepté l'appel ; il sera tenté de nouveau."""

    english = "The carrier did not take the call; it will be tried again."


class CarrierBusy(CarrierDidNothing):
    """L'opérateur téléphonique est saturé : il n'a rien fait ; réessayez dans un instant."""

    english = "The carrier is too busy: it did nothing; try again in a moment."


class CarrierRefusesNumber(CarrierDown):
    """L'opérateur téléphonique n'appelle pas ce numéro."""

    english = "The carrier does not call this number."

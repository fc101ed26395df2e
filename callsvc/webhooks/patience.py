"""What somebody hears who waits for a person: on hold, being connected, back in the queue and why.

In the languages the service speaks; in French to whoever speaks another.
"""

from typing import Final

from callsvc.carrier.twiml import Speech
from callsvc.webhooks.speech import LOCALES

QUIET_S: Final = 8  # lived seconds between two words: nobody who waits may think that they were forgotten

_WORDS: Final = {
    "hold": {
        "fr": "Merci de patienter, nous revenons vers vous.",
        "en": "Please hold, we will be back with you.",
        "ar": "يرجى الانتظار، سنعود إليك.",
        "es": "No cuelgue, enseguida volvemos con usted.",
        "pt": "Aguarde, por favor, voltamos já.",
    },
    "connecting": {
        "fr": "Nous vous mettons en relation, restez en ligne.",
        "en": "We are connecting you, please stay on the line.",
        "ar": "نقوم بتوصيلك، يرجى البقاء على الخط.",
        "es": "Le estamos poniendo en contacto, no cuelgue.",
        "pt": "Estamos a pô-lo em contacto, não desligue.",
    },
    # To an agent, while whom they ask in is called.
    "ringing": {
        "fr": "Nous appelons votre correspondant.",
        "en": "We are calling them.",
        "ar": "نتصل بمن طلبته.",
        "es": "Estamos llamando a su interlocutor.",
        "pt": "Estamos a ligar ao seu interlocutor.",
    },
    "wait": {
        "fr": "Merci de patienter, un agent va vous répondre.",
        "en": "Please wait, an agent will answer you.",
        "ar": "يرجى الانتظار، سيجيبك أحد الموظفين.",
        "es": "Espere, por favor, un agente le atenderá.",
        "pt": "Aguarde, por favor, um agente vai atendê-lo.",
    },
    # Why they wait again: the agent's line died; whom they were handed on to did not come; another service.
    "cut": {
        "fr": "La communication a été coupée. Vous êtes en tête de file, un autre agent va vous répondre.",
        "en": "We were cut off. You are first in line, another agent will answer you.",
        "ar": "انقطع الاتصال. أنت أول المنتظرين، سيجيبك موظف آخر.",
        "es": "Se ha cortado la comunicación. Es el primero de la fila, otro agente le atenderá.",
        "pt": "A chamada foi interrompida. É o primeiro da fila, outro agente vai atendê-lo.",
    },
    # The agent put down the receiver of a telephone, or it lost its network.
    "parted": {
        "fr": "Votre conversation est terminée. Si vous avez été coupé, appuyez sur une touche. "
        "Sinon, vous pouvez raccrocher.",
        "en": "Your conversation is over. If you were cut off, press any key. Otherwise you may hang up.",
        "ar": "انتهت محادثتك. إذا انقطع الاتصال، اضغط على أي زر. وإلا فيمكنك إنهاء المكالمة.",
        "es": "Su conversación ha terminado. Si se ha cortado, pulse una tecla. Si no, puede colgar.",
        "pt": "A sua conversa terminou. Se a chamada caiu, prima uma tecla. Caso contrário, pode desligar.",
    },
    "nobody": {
        "fr": "Votre correspondant ne répond pas. Vous êtes en tête de file, un agent va vous répondre.",
        "en": "They do not answer. You are first in line, an agent will answer you.",
        "ar": "لا أحد يجيب. أنت أول المنتظرين، سيجيبك أحد الموظفين.",
        "es": "No contestan. Es el primero de la fila, un agente le atenderá.",
        "pt": "Ninguém atende. É o primeiro da fila, um agente vai atendê-lo.",
    },
    "again": {
        "fr": "Personne n'est disponible à cet instant. Nous vous rappellerons dès que possible.",
        "en": "Nobody is available at this moment. We will call you again as soon as we can.",
        "ar": "لا أحد متاح في هذه اللحظة. سنعاود الاتصال بك في أقرب وقت.",
        "es": "No hay nadie disponible en este momento. Le volveremos a llamar en cuanto podamos.",
        "pt": "Ninguém está disponível neste momento. Voltaremos a ligar-lhe assim que pudermos.",
    },
    "queue": {
        "fr": "Nous vous transférons vers un autre service, vous y êtes en tête de file.",
        "en": "We are passing you on to another service, where you are first in line.",
        "ar": "نحولك إلى خدمة أخرى وأنت أول المنتظرين فيها.",
        "es": "Le pasamos a otro servicio, donde es el primero de la fila.",
        "pt": "Vamos passá-lo para outro serviço, onde é o primeiro da fila.",
    },
}


def words_for(occasion: str, language: str) -> list[Speech]:
    """One sentence; ``occasion`` is a key of the table above, anything else is ``wait``."""
    said = _WORDS.get(occasion, _WORDS["wait"])
    spoken = language if language in said else "fr"
    return [Speech(said[spoken], LOCALES.get(spoken, spoken))]
